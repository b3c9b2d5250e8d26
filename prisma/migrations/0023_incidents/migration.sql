-- One cause that several customers report, and the tickets that it brought.
CREATE TABLE "incident" (
    "id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "cause" TEXT NOT NULL,
    "title" TEXT,
    "area" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "firstAt" TIMESTAMPTZ(3) NOT NULL,
    "lastAt" TIMESTAMPTZ(3) NOT NULL,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "closedAt" TIMESTAMPTZ(3),
    "closedBy" JSONB,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "incident_number_key" ON "incident"("number");
CREATE INDEX "incident_state_lastAt_idx" ON "incident"("state", "lastAt" DESC);

CREATE TABLE "incident_ticket" (
    "incidentId" UUID NOT NULL,
    "ticketId" UUID NOT NULL,
    "reason" JSONB NOT NULL,
    "joinedAt" TIMESTAMPTZ(3) NOT NULL,
    "joinedBy" JSONB NOT NULL,
    "leftAt" TIMESTAMPTZ(3),
    "leftBy" JSONB,

    CONSTRAINT "incident_ticket_pkey" PRIMARY KEY ("incidentId","ticketId")
);

-- A ticket has one cause at a time.
CREATE UNIQUE INDEX "incident_ticket_present" ON "incident_ticket"("ticketId") WHERE "leftAt" IS NULL;
CREATE INDEX "incident_ticket_ticketId_idx" ON "incident_ticket"("ticketId");

CREATE TABLE "incident_event" (
    "incidentId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" JSONB NOT NULL,
    "payload" JSONB NOT NULL,

    CONSTRAINT "incident_event_pkey" PRIMARY KEY ("incidentId","seq")
);

-- What a ticket with a shared cause is found by: cause and place, one row for each way to name the place.
CREATE TABLE "incident_trait" (
    "ticketId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "adcode" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "incident_trait_pkey" PRIMARY KEY ("ticketId","key")
);

CREATE INDEX "incident_trait_key_at_idx" ON "incident_trait"("key", "at");

ALTER TABLE "incident_ticket" ADD CONSTRAINT "incident_ticket_incidentId_fkey" FOREIGN KEY ("incidentId") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "incident_event" ADD CONSTRAINT "incident_event_incidentId_fkey" FOREIGN KEY ("incidentId") REFERENCES "incident"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A ticket, or a conversation without one, that is probably about an open ticket; a person says whether it is.
CREATE TABLE "ticket_likeness" (
    "subjectId" UUID NOT NULL,
    "ofId" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "reason" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "decidedAt" TIMESTAMPTZ(3),
    "decidedBy" JSONB,

    CONSTRAINT "ticket_likeness_pkey" PRIMARY KEY ("subjectId","ofId")
);

CREATE INDEX "ticket_likeness_ofId_idx" ON "ticket_likeness"("ofId");

-- Open tickets of one device or one telephone number.
CREATE INDEX "ticket_open_serial" ON "ticket"("serialNumber")
    WHERE "serialNumber" IS NOT NULL AND "status" IN ('open', 'assigned', 'in_progress', 'on_hold');
CREATE INDEX "ticket_open_device" ON "ticket"("deviceId")
    WHERE "deviceId" IS NOT NULL AND "status" IN ('open', 'assigned', 'in_progress', 'on_hold');
CREATE INDEX "ticket_open_phone" ON "ticket"("phone")
    WHERE "phone" IS NOT NULL AND "status" IN ('open', 'assigned', 'in_progress', 'on_hold');
