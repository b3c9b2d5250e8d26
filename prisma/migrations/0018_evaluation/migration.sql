-- What administrators may change of the extraction, as versions: word lists, the prompt, the classifier.
CREATE TABLE "extraction_version" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "createdBy" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "decidedBy" JSONB,
    "decidedAt" TIMESTAMPTZ(3),
    "reason" TEXT,
    "replacesId" UUID,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "extraction_version_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "extraction_version_kind_number_key" ON "extraction_version"("kind", "number");

CREATE TABLE "evaluation_run" (
    "id" UUID NOT NULL,
    "set" TEXT NOT NULL,
    "engine" TEXT NOT NULL,
    "versionId" UUID,
    "versions" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "cursor" TEXT,
    "total" INTEGER,
    "figures" JSONB NOT NULL,
    "createdBy" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "published" BOOLEAN NOT NULL DEFAULT false,
    "publishedBy" JSONB,
    "publishedAt" TIMESTAMPTZ(3),
    "reason" TEXT,
    "replacesId" UUID,

    CONSTRAINT "evaluation_run_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "evaluation_run_createdAt_idx" ON "evaluation_run"("createdAt");

CREATE TABLE "evaluation_outcome" (
    "runId" UUID NOT NULL,
    "caseId" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "outcome" JSONB,

    CONSTRAINT "evaluation_outcome_pkey" PRIMARY KEY ("runId","caseId")
);

ALTER TABLE "evaluation_outcome" ADD CONSTRAINT "evaluation_outcome_runId_fkey" FOREIGN KEY ("runId") REFERENCES "evaluation_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
