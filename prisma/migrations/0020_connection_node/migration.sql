-- One row for each node that holds a connection of an account. What is there now says nothing about nodes; it is written anew at once.
DELETE FROM "connection_state";
ALTER TABLE "connection_state" ADD COLUMN "node" TEXT NOT NULL,
ADD COLUMN "aliveAt" TIMESTAMPTZ(3) NOT NULL;
ALTER TABLE "connection_state" DROP CONSTRAINT "connection_state_pkey",
ADD CONSTRAINT "connection_state_pkey" PRIMARY KEY ("accountId", "name", "node");
