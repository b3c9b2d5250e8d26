-- Translations stand beside the messages, which keep their words. A row without a message is a reply that was written and not sent yet.
CREATE TABLE "translation" (
    "id" UUID NOT NULL,
    "conversationId" UUID NOT NULL,
    "messageId" UUID,
    "kind" TEXT NOT NULL,
    "lang" TEXT NOT NULL,
    "sourceLang" TEXT,
    "source" TEXT,
    "sourceHash" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "text" TEXT,
    "cautious" BOOLEAN NOT NULL DEFAULT false,
    "refusal" JSONB,
    "model" TEXT,
    "prompt" TEXT,
    "calls" TEXT[],
    "requestedBy" JSONB NOT NULL,
    "requestedAt" TIMESTAMPTZ(3) NOT NULL,
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "translation_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "translation_messageId_lang_key" ON "translation"("messageId", "lang");

CREATE INDEX "translation_conversationId_idx" ON "translation"("conversationId");

ALTER TABLE "translation" ADD CONSTRAINT "translation_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "translation" ADD CONSTRAINT "translation_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "message"("id") ON DELETE CASCADE ON UPDATE CASCADE;
