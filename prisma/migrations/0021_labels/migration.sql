-- Tags, risks and moods. The columns `tags` (with the branches they grow from) and `risks` of a ticket are derived from its labels.
ALTER TABLE "extraction" ADD COLUMN "labels" JSONB;
ALTER TABLE "ticket" ADD COLUMN "labels" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN "tags" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
ADD COLUMN "risks" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
CREATE INDEX "ticket_tags_idx" ON "ticket" USING gin ("tags");
CREATE INDEX "ticket_risks_idx" ON "ticket" USING gin ("risks");
