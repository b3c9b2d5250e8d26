-- A customer asked to cancel the ticket, and nobody has decided it yet
ALTER TABLE "ticket" ADD COLUMN "cancelAskedAt" TIMESTAMPTZ(3);
