-- Erasure follows a person through conversations, envelopes and stored commands, and says where it was.
ALTER TABLE "conversation" ADD COLUMN "erasedAt" TIMESTAMPTZ(3);
ALTER TABLE "envelope" ADD COLUMN "erasedAt" TIMESTAMPTZ(3);
ALTER TABLE "command" ADD COLUMN "erasedAt" TIMESTAMPTZ(3);

-- What erasure looks for: commands by what they were about, and who else still needs a file.
CREATE INDEX "command_ticket" ON "command" (("payload" ->> 'ticketId')) WHERE "payload" ? 'ticketId';
CREATE INDEX "command_conversation" ON "command" (("payload" ->> 'conversationId')) WHERE "payload" ? 'conversationId';
CREATE INDEX "command_subject" ON "command" (("payload" ->> 'id')) WHERE "payload" ? 'id';
CREATE INDEX "command_file" ON "command" (("payload" ->> 'hash')) WHERE "payload" ? 'hash';
CREATE INDEX "envelope_body_media" ON "envelope" ("bodyMedia") WHERE "bodyMedia" IS NOT NULL;
