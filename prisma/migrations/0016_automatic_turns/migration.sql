-- What the hub says by itself: switches of an account, when a person spoke, and the questions that it asked.
ALTER TABLE "channel_account" ADD COLUMN     "automatic" JSONB;

ALTER TABLE "conversation" ADD COLUMN     "takenAt" TIMESTAMPTZ(3);

CREATE TABLE "question" (
    "id" UUID NOT NULL,
    "conversationId" UUID NOT NULL,
    "field" TEXT NOT NULL,
    "extractionId" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "quickReplies" TEXT[],
    "sinceSeq" BIGINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "askedAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "choice" TEXT,
    "evidence" JSONB,
    "ticketId" UUID,

    CONSTRAINT "question_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "question_conversationId_field_key" ON "question"("conversationId", "field");
