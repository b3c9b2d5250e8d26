ALTER TABLE "attachment" ADD COLUMN     "patience" JSONB;

CREATE TABLE "call" (
    "messageId" UUID NOT NULL,
    "conversationId" UUID NOT NULL,
    "callId" TEXT NOT NULL,
    "direction" TEXT,
    "customerNumber" TEXT,
    "hotline" TEXT,
    "agent" TEXT,
    "startedAt" TIMESTAMPTZ(3),
    "answeredAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),
    "hangupCause" TEXT,
    "tracks" JSONB NOT NULL DEFAULT '[]',
    "version" INTEGER NOT NULL DEFAULT 1,
    "state" TEXT NOT NULL DEFAULT 'open',
    "reason" JSONB,
    "recogniser" TEXT,
    "language" TEXT,
    "durationMs" INTEGER,
    "attachmentId" UUID,
    "transcribedAt" TIMESTAMPTZ(3),

    CONSTRAINT "call_pkey" PRIMARY KEY ("messageId")
);

CREATE TABLE "utterance" (
    "id" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "speaker" TEXT NOT NULL,
    "leg" INTEGER,
    "voice" TEXT,
    "text" TEXT NOT NULL,
    "startMs" INTEGER NOT NULL,
    "endMs" INTEGER NOT NULL,
    "confidence" DOUBLE PRECISION,
    "words" JSONB,

    CONSTRAINT "utterance_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "call_conversationId_idx" ON "call"("conversationId");

CREATE UNIQUE INDEX "utterance_messageId_ordinal_key" ON "utterance"("messageId", "ordinal");

ALTER TABLE "call" ADD CONSTRAINT "call_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "utterance" ADD CONSTRAINT "utterance_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "call"("messageId") ON DELETE CASCADE ON UPDATE CASCADE;
