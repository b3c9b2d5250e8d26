CREATE TABLE "channel_token" (
    "id" TEXT NOT NULL,
    "sealed" TEXT NOT NULL,
    "fetchedAt" TIMESTAMPTZ(3) NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "channel_token_pkey" PRIMARY KEY ("id")
);
