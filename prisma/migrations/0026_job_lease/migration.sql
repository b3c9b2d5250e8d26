-- A job that only the holder of a lease may run, such as speaking over a connection of which there may be one.
ALTER TABLE "job" ADD COLUMN "lease" TEXT;
