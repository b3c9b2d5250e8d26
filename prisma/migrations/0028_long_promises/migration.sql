-- Milliseconds of promises: 32 bits end after 24 days, and an arrival may be agreed further ahead
ALTER TABLE "sla_clock" ALTER COLUMN "targetMs" SET DATA TYPE BIGINT,
ALTER COLUMN "remainingMs" SET DATA TYPE BIGINT;
