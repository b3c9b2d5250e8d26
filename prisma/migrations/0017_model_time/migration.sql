-- How long the model was waited for, besides its tokens
ALTER TABLE "model_usage" ADD COLUMN "ms" BIGINT NOT NULL DEFAULT 0;
