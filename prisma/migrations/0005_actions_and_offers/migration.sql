CREATE TYPE "OfferStatus" AS ENUM ('pending', 'accepted', 'rejected', 'timed_out', 'rescinded', 'cancelled');

ALTER TABLE "channel_account" ADD COLUMN     "audience" TEXT;

ALTER TABLE "envelope" ADD COLUMN     "answer" JSONB;

ALTER TABLE "outbox_message" ADD COLUMN     "cardHandle" JSONB,
ADD COLUMN     "cardId" TEXT,
ADD COLUMN     "unseen" TEXT;

CREATE TABLE "staff_identity" (
    "id" UUID NOT NULL,
    "staffId" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "externalId" TEXT NOT NULL,
    "linkedBy" JSONB NOT NULL,
    "linkedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "staff_identity_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "staff_link_code" (
    "staffId" UUID NOT NULL,
    "hash" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "staff_link_code_pkey" PRIMARY KEY ("staffId")
);

CREATE TABLE "offer" (
    "id" UUID NOT NULL,
    "ticketId" UUID NOT NULL,
    "staffId" UUID NOT NULL,
    "decisionId" UUID NOT NULL,
    "groupId" UUID,
    "accountId" UUID NOT NULL,
    "externalId" TEXT NOT NULL,
    "status" "OfferStatus" NOT NULL DEFAULT 'pending',
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "endedBy" JSONB,
    "reason" TEXT,

    CONSTRAINT "offer_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "staff_identity_staffId_idx" ON "staff_identity"("staffId");

CREATE UNIQUE INDEX "staff_identity_accountId_externalId_key" ON "staff_identity"("accountId", "externalId");

CREATE INDEX "offer_ticketId_createdAt_idx" ON "offer"("ticketId", "createdAt");

CREATE INDEX "offer_staffId_status_idx" ON "offer"("staffId", "status");

CREATE INDEX "outbox_message_accountId_toExternalId_cardId_idx" ON "outbox_message"("accountId", "toExternalId", "cardId");

-- Who stands behind a tap is configuration: a decision is recomputed with the identities of then.
CREATE TRIGGER "staff_identity_history" AFTER INSERT OR UPDATE OR DELETE ON "staff_identity"
  FOR EACH ROW EXECUTE FUNCTION "config_history_write"();
