-- Failed sign-ins that no user's row can count (addresses, names that nobody has), shared by all nodes.
CREATE TABLE "sign_in_attempt" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_attempt_pkey" PRIMARY KEY ("key")
);
CREATE INDEX "sign_in_attempt_lastAt_idx" ON "sign_in_attempt"("lastAt");
