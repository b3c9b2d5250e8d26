ALTER TABLE "conversation" ADD COLUMN     "agentSince" TIMESTAMPTZ(3),
ADD COLUMN     "queuedAt" TIMESTAMPTZ(3);

CREATE TABLE "agent_presence" (
    "userId" UUID NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'offline',
    "maxChats" INTEGER NOT NULL DEFAULT 5,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "assignedAt" TIMESTAMPTZ(3),

    CONSTRAINT "agent_presence_pkey" PRIMARY KEY ("userId")
);

CREATE TABLE "canned_reply" (
    "id" UUID NOT NULL,
    "ownerId" UUID,
    "keyword" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "canned_reply_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "canned_reply_ownerId_idx" ON "canned_reply"("ownerId");

CREATE INDEX "conversation_agentId_idx" ON "conversation"("agentId");

-- The queue of chats: partial, so it holds only what waits.
CREATE INDEX "conversation_queue" ON "conversation"("queuedAt") WHERE "queuedAt" IS NOT NULL AND "state" = 'open';
