-- Tokens that language models took, shared by all nodes.
CREATE TABLE "model_usage" (
    "day" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "inputTokens" BIGINT NOT NULL,
    "outputTokens" BIGINT NOT NULL,

    CONSTRAINT "model_usage_pkey" PRIMARY KEY ("day","key")
);
