-- A job that only the holder of a lease may run, such as speaking over a connection of which there may be one.
ALTER TABLE "job" ADD COLUMN "lease" TEXT;
-- Codes that a vendor made for us, so that each is made once.
CREATE TABLE "entry_code" (
    "accountId" UUID NOT NULL,
    "scene" TEXT NOT NULL,
    "lifetime" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    CONSTRAINT "entry_code_pkey" PRIMARY KEY ("accountId", "scene", "lifetime")
);
