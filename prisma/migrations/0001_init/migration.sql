-- CreateEnum
CREATE TYPE "EnvelopeState" AS ENUM ('received', 'done', 'dead');

-- CreateEnum
CREATE TYPE "JobState" AS ENUM ('ready', 'running', 'dead');

-- CreateEnum
CREATE TYPE "ConversationState" AS ENUM ('open', 'closed');

-- CreateEnum
CREATE TYPE "OutboxState" AS ENUM ('queued', 'sending', 'sent', 'failed', 'unknown', 'cancelled');

-- CreateTable
CREATE TABLE "setting" (
    "name" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "lease" (
    "name" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "token" BIGINT NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "lease_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "config_history" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "table" TEXT NOT NULL,
    "rowId" TEXT NOT NULL,
    "body" JSONB,

    CONSTRAINT "config_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" UUID NOT NULL,
    "login" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "roles" TEXT[],
    "staffId" UUID,
    "lang" TEXT NOT NULL DEFAULT 'zh',
    "failedAttempts" INTEGER NOT NULL DEFAULT 0,
    "lockedUntil" TIMESTAMPTZ(3),
    "disabledAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "userId" UUID NOT NULL,
    "csrf" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "accountId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" JSONB NOT NULL,
    "action" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "day" DATE,
    "seq" INTEGER,
    "digest" TEXT,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "command" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" JSONB NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "outcome" TEXT NOT NULL,

    CONSTRAINT "command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "staff" (
    "id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "phone" TEXT,
    "email" TEXT,
    "languages" TEXT[] DEFAULT ARRAY['zh']::TEXT[],
    "skills" TEXT[],
    "certs" TEXT[],
    "status" TEXT NOT NULL DEFAULT 'idle',
    "maxLoad" INTEGER NOT NULL DEFAULT 8,
    "shift" JSONB,
    "lat" DOUBLE PRECISION,
    "lng" DOUBLE PRECISION,
    "maxKm" DOUBLE PRECISION,
    "duties" TEXT[],
    "active" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "staff_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "skill_group" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "emergency" BOOLEAN NOT NULL DEFAULT false,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "intents" TEXT[],
    "skills" TEXT[],
    "regions" TEXT[],
    "languages" TEXT[],
    "tiers" TEXT[],
    "channels" TEXT[],
    "hours" JSONB NOT NULL,
    "capacity" INTEGER,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "skill_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "staff_group" (
    "staffId" UUID NOT NULL,
    "groupId" UUID NOT NULL,

    CONSTRAINT "staff_group_pkey" PRIMARY KEY ("staffId","groupId")
);

-- CreateTable
CREATE TABLE "region" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "adcodes" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "region_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "calendar" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "timeZone" TEXT NOT NULL DEFAULT 'Asia/Shanghai',
    "hours" JSONB NOT NULL,
    "overrides" JSONB NOT NULL DEFAULT '{}',
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "calendar_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "routing_rule" (
    "id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "when" JSONB NOT NULL,
    "groupId" UUID NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "routing_rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_category" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "aliases" TEXT[],
    "certs" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "product_category_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "product_model" (
    "id" UUID NOT NULL,
    "model" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "category" TEXT NOT NULL,
    "aliases" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "product_model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device" (
    "id" UUID NOT NULL,
    "serialNumber" TEXT NOT NULL,
    "model" TEXT,
    "category" TEXT,
    "customerName" TEXT,
    "phone" TEXT,
    "address" JSONB,
    "lat" DOUBLE PRECISION,
    "lng" DOUBLE PRECISION,
    "siteId" UUID,
    "installedAt" DATE,
    "warrantyUntil" DATE,
    "linkVersion" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "site" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "customerName" TEXT,
    "phone" TEXT,
    "address" JSONB,
    "lat" DOUBLE PRECISION,
    "lng" DOUBLE PRECISION,
    "linkVersion" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "site_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_type" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "name" JSONB NOT NULL,
    "form" JSONB NOT NULL,
    "formVersion" INTEGER NOT NULL DEFAULT 1,
    "sla" JSONB NOT NULL DEFAULT '{}',
    "calendarId" UUID,
    "isDefault" BOOLEAN NOT NULL DEFAULT false,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "ticket_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_batch" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "actor" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "undoneAt" TIMESTAMPTZ(3),

    CONSTRAINT "import_batch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "import_row" (
    "batchId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "table" TEXT NOT NULL,
    "rowId" TEXT NOT NULL,
    "before" JSONB,

    CONSTRAINT "import_row_pkey" PRIMARY KEY ("batchId","ordinal")
);

-- CreateTable
CREATE TABLE "channel_account" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "secrets" TEXT,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "channel_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "channel_cursor" (
    "accountId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_cursor_pkey" PRIMARY KEY ("accountId","name")
);

-- CreateTable
CREATE TABLE "connection_state" (
    "accountId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "detail" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3),

    CONSTRAINT "connection_state_pkey" PRIMARY KEY ("accountId","name")
);

-- CreateTable
CREATE TABLE "envelope" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "accountId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "dedupeKey" TEXT NOT NULL,
    "senderKey" TEXT NOT NULL,
    "part" INTEGER NOT NULL DEFAULT 0,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "query" JSONB NOT NULL DEFAULT '{}',
    "headers" JSONB NOT NULL,
    "claims" JSONB NOT NULL DEFAULT '{}',
    "remoteAddress" TEXT NOT NULL DEFAULT '',
    "body" BYTEA,
    "bodyMedia" TEXT,
    "bodyHash" TEXT NOT NULL,
    "receivedAt" TIMESTAMPTZ(3) NOT NULL,
    "state" "EnvelopeState" NOT NULL DEFAULT 'received',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "retryAt" TIMESTAMPTZ(3),
    "lastError" TEXT,
    "doneAt" TIMESTAMPTZ(3),
    "conversationId" UUID,
    "messageId" UUID,

    CONSTRAINT "envelope_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "uniqueKey" TEXT,
    "serialKey" TEXT,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "state" "JobState" NOT NULL DEFAULT 'ready',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "maxAttempts" INTEGER NOT NULL DEFAULT 12,
    "lockedBy" TEXT,
    "lockedUntil" TIMESTAMPTZ(3),
    "lastError" TEXT,
    "causeId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "step" (
    "seq" BIGSERIAL NOT NULL,
    "jobId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tookMs" INTEGER NOT NULL,

    CONSTRAINT "step_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "event" (
    "id" BIGSERIAL NOT NULL,
    "position" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "actor" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_consumer" (
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "event_consumer_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "channel_identity" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "externalId" TEXT NOT NULL,
    "displayName" TEXT,
    "strongIds" JSONB NOT NULL DEFAULT '{}',
    "contactId" UUID NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "channel_identity_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact" (
    "id" UUID NOT NULL,
    "name" TEXT,
    "phone" TEXT,
    "email" TEXT,
    "company" TEXT,
    "tier" TEXT,
    "note" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "identity_link" (
    "id" UUID NOT NULL,
    "aId" UUID NOT NULL,
    "bId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "evidence" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revokedAt" TIMESTAMPTZ(3),
    "revokedBy" JSONB,

    CONSTRAINT "identity_link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation" (
    "id" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "channel" TEXT NOT NULL,
    "threadKey" TEXT NOT NULL,
    "state" "ConversationState" NOT NULL DEFAULT 'open',
    "identityId" UUID NOT NULL,
    "subject" TEXT,
    "lang" TEXT,
    "version" INTEGER NOT NULL DEFAULT 0,
    "extractedSeq" BIGINT NOT NULL DEFAULT 0,
    "thread" JSONB NOT NULL DEFAULT '{}',
    "agentId" UUID,
    "groupId" UUID,
    "waitingSince" TIMESTAMPTZ(3),
    "windowUntil" TIMESTAMPTZ(3),
    "windowLeft" INTEGER,
    "openedAt" TIMESTAMPTZ(3) NOT NULL,
    "lastMessageAt" TIMESTAMPTZ(3) NOT NULL,
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation_participant" (
    "conversationId" UUID NOT NULL,
    "externalId" TEXT NOT NULL,

    CONSTRAINT "conversation_participant_pkey" PRIMARY KEY ("conversationId","externalId")
);

-- CreateTable
CREATE TABLE "message" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "conversationId" UUID NOT NULL,
    "accountId" UUID NOT NULL,
    "envelopeId" UUID,
    "direction" TEXT NOT NULL,
    "author" TEXT NOT NULL,
    "authorId" TEXT,
    "authorName" TEXT,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "fullText" TEXT,
    "html" TEXT,
    "subject" TEXT,
    "signature" TEXT,
    "providerMessageId" TEXT,
    "form" JSONB,
    "record" JSONB,
    "location" JSONB,
    "automatic" TEXT,
    "unsupported" TEXT,
    "delivery" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attachment" (
    "id" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "declaredType" TEXT NOT NULL,
    "contentType" TEXT,
    "size" INTEGER,
    "hash" TEXT,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "inline" BOOLEAN NOT NULL DEFAULT false,
    "contentId" TEXT,
    "ref" JSONB,

    CONSTRAINT "attachment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "conversation_ticket" (
    "conversationId" UUID NOT NULL,
    "ticketId" UUID NOT NULL,
    "linkedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "conversation_ticket_pkey" PRIMARY KEY ("conversationId","ticketId")
);

-- CreateTable
CREATE TABLE "extraction" (
    "id" UUID NOT NULL,
    "conversationId" UUID NOT NULL,
    "engine" TEXT NOT NULL,
    "fields" JSONB NOT NULL,
    "custom" JSONB NOT NULL,
    "action" JSONB NOT NULL,
    "dropped" JSONB NOT NULL,
    "lang" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "extraction_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_call" (
    "hash" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "response" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_call_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "ticket" (
    "id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "typeId" UUID NOT NULL,
    "formVersion" INTEGER NOT NULL,
    "status" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "fields" JSONB NOT NULL,
    "custom" JSONB NOT NULL DEFAULT '{}',
    "contactName" TEXT,
    "phone" TEXT,
    "productCategory" TEXT,
    "deviceModel" TEXT,
    "serialNumber" TEXT,
    "orderNumber" TEXT,
    "intent" TEXT NOT NULL,
    "urgency" TEXT NOT NULL,
    "sentiment" TEXT NOT NULL,
    "province" TEXT,
    "city" TEXT,
    "district" TEXT,
    "addressDetail" TEXT,
    "adcode" TEXT,
    "summary" TEXT NOT NULL DEFAULT '',
    "appointmentStart" TIMESTAMPTZ(3),
    "appointmentEnd" TIMESTAMPTZ(3),
    "lang" TEXT NOT NULL DEFAULT 'zh',
    "channel" TEXT NOT NULL,
    "accountId" UUID,
    "contactId" UUID,
    "deviceId" UUID,
    "tier" TEXT,
    "groupId" UUID,
    "assigneeId" UUID,
    "parentId" UUID,
    "mergedIntoId" UUID,
    "holdUntil" TIMESTAMPTZ(3),
    "expedited" INTEGER NOT NULL DEFAULT 0,
    "createdBy" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,
    "resolvedAt" TIMESTAMPTZ(3),
    "closedAt" TIMESTAMPTZ(3),
    "timelineSeq" INTEGER NOT NULL DEFAULT 0,
    "timelineDigest" TEXT NOT NULL DEFAULT '',
    "search" tsvector NOT NULL DEFAULT ''::tsvector,

    CONSTRAINT "ticket_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticket_event" (
    "ticketId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" JSONB NOT NULL,
    "payload" JSONB,
    "salt" TEXT,
    "payloadDigest" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "causeId" UUID,

    CONSTRAINT "ticket_event_pkey" PRIMARY KEY ("ticketId","seq")
);

-- CreateTable
CREATE TABLE "ticket_link" (
    "aId" UUID NOT NULL,
    "bId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticket_link_pkey" PRIMARY KEY ("aId","bId","kind")
);

-- CreateTable
CREATE TABLE "sla_clock" (
    "ticketId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "dueAt" TIMESTAMPTZ(3),
    "targetMs" INTEGER NOT NULL,
    "remainingMs" INTEGER,
    "metAt" TIMESTAMPTZ(3),
    "breachedAt" TIMESTAMPTZ(3),

    CONSTRAINT "sla_clock_pkey" PRIMARY KEY ("ticketId","kind")
);

-- CreateTable
CREATE TABLE "saved_filter" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "query" JSONB NOT NULL,
    "shared" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "saved_filter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "routing_snapshot" (
    "hash" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "routing_snapshot_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "routing_decision" (
    "id" UUID NOT NULL,
    "ticketId" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "inputHash" TEXT NOT NULL,
    "snapshotHash" TEXT NOT NULL,
    "situation" JSONB NOT NULL,
    "decision" JSONB NOT NULL,
    "groupId" UUID,
    "engineerId" UUID,
    "version" TEXT NOT NULL,
    "causeId" UUID,

    CONSTRAINT "routing_decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_message" (
    "id" UUID NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "lane" TEXT NOT NULL,
    "accountId" UUID NOT NULL,
    "conversationId" UUID,
    "ticketId" UUID,
    "messageId" UUID,
    "toExternalId" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "automatic" BOOLEAN NOT NULL DEFAULT false,
    "state" "OutboxState" NOT NULL DEFAULT 'queued',
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "doneAt" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox_part" (
    "id" UUID NOT NULL,
    "outboxId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "call" JSONB NOT NULL,
    "idempotencyKey" TEXT NOT NULL,
    "state" "OutboxState" NOT NULL DEFAULT 'queued',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "unknownRetries" INTEGER NOT NULL DEFAULT 0,
    "firstTriedAt" TIMESTAMPTZ(3),
    "receipt" JSONB,
    "providerMessageId" TEXT,
    "lastError" TEXT,
    "windowCost" INTEGER NOT NULL DEFAULT 0,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_part_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "secrets" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "id" UUID NOT NULL,
    "endpointId" UUID NOT NULL,
    "eventId" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "status" INTEGER,
    "lastError" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,
    "sentAt" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "config_history_table_rowId_at_idx" ON "config_history"("table", "rowId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_login_key" ON "app_user"("login");

-- CreateIndex
CREATE INDEX "session_userId_idx" ON "session"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE INDEX "audit_log_at_idx" ON "audit_log"("at");

-- CreateIndex
CREATE UNIQUE INDEX "audit_log_day_seq_key" ON "audit_log"("day", "seq");

-- CreateIndex
CREATE INDEX "command_at_idx" ON "command"("at");

-- CreateIndex
CREATE INDEX "command_seq_idx" ON "command"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "staff_number_key" ON "staff"("number");

-- CreateIndex
CREATE UNIQUE INDEX "skill_group_name_key" ON "skill_group"("name");

-- CreateIndex
CREATE INDEX "staff_group_groupId_idx" ON "staff_group"("groupId");

-- CreateIndex
CREATE UNIQUE INDEX "region_name_key" ON "region"("name");

-- CreateIndex
CREATE UNIQUE INDEX "calendar_name_key" ON "calendar"("name");

-- CreateIndex
CREATE UNIQUE INDEX "product_category_name_key" ON "product_category"("name");

-- CreateIndex
CREATE UNIQUE INDEX "product_model_model_key" ON "product_model"("model");

-- CreateIndex
CREATE UNIQUE INDEX "device_serialNumber_key" ON "device"("serialNumber");

-- CreateIndex
CREATE UNIQUE INDEX "site_name_key" ON "site"("name");

-- CreateIndex
CREATE UNIQUE INDEX "ticket_type_key_key" ON "ticket_type"("key");

-- CreateIndex
CREATE INDEX "import_row_table_rowId_idx" ON "import_row"("table", "rowId");

-- CreateIndex
CREATE INDEX "envelope_receivedAt_idx" ON "envelope"("receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "envelope_accountId_dedupeKey_key" ON "envelope"("accountId", "dedupeKey");

-- CreateIndex
CREATE INDEX "step_at_idx" ON "step"("at");

-- CreateIndex
CREATE UNIQUE INDEX "event_position_key" ON "event"("position");

-- CreateIndex
CREATE INDEX "event_subject_subjectId_idx" ON "event"("subject", "subjectId");

-- CreateIndex
CREATE INDEX "channel_identity_contactId_idx" ON "channel_identity"("contactId");

-- CreateIndex
CREATE UNIQUE INDEX "channel_identity_accountId_externalId_key" ON "channel_identity"("accountId", "externalId");

-- CreateIndex
CREATE INDEX "identity_link_aId_idx" ON "identity_link"("aId");

-- CreateIndex
CREATE INDEX "identity_link_bId_idx" ON "identity_link"("bId");

-- CreateIndex
CREATE INDEX "conversation_identityId_idx" ON "conversation"("identityId");

-- CreateIndex
CREATE INDEX "conversation_lastMessageAt_idx" ON "conversation"("lastMessageAt");

-- CreateIndex
CREATE INDEX "message_conversationId_seq_idx" ON "message"("conversationId", "seq");

-- CreateIndex
CREATE INDEX "message_accountId_providerMessageId_idx" ON "message"("accountId", "providerMessageId");

-- CreateIndex
CREATE INDEX "attachment_hash_idx" ON "attachment"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "attachment_messageId_ordinal_key" ON "attachment"("messageId", "ordinal");

-- CreateIndex
CREATE INDEX "conversation_ticket_ticketId_idx" ON "conversation_ticket"("ticketId");

-- CreateIndex
CREATE INDEX "extraction_conversationId_at_idx" ON "extraction"("conversationId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "ticket_number_key" ON "ticket"("number");

-- CreateIndex
CREATE INDEX "ticket_createdAt_idx" ON "ticket"("createdAt" DESC);

-- CreateIndex
CREATE INDEX "ticket_updatedAt_idx" ON "ticket"("updatedAt" DESC);

-- CreateIndex
CREATE INDEX "ticket_status_createdAt_idx" ON "ticket"("status", "createdAt" DESC);

-- CreateIndex
CREATE INDEX "ticket_assigneeId_status_idx" ON "ticket"("assigneeId", "status");

-- CreateIndex
CREATE INDEX "ticket_groupId_status_idx" ON "ticket"("groupId", "status");

-- CreateIndex
CREATE INDEX "ticket_contactId_idx" ON "ticket"("contactId");

-- CreateIndex
CREATE INDEX "ticket_parentId_idx" ON "ticket"("parentId");

-- CreateIndex
CREATE INDEX "ticket_mergedIntoId_idx" ON "ticket"("mergedIntoId");

-- CreateIndex
CREATE INDEX "ticket_link_bId_idx" ON "ticket_link"("bId");

-- CreateIndex
CREATE INDEX "sla_clock_state_dueAt_idx" ON "sla_clock"("state", "dueAt");

-- CreateIndex
CREATE INDEX "saved_filter_userId_idx" ON "saved_filter"("userId");

-- CreateIndex
CREATE INDEX "routing_decision_ticketId_at_idx" ON "routing_decision"("ticketId", "at");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_message_idempotencyKey_key" ON "outbox_message"("idempotencyKey");

-- CreateIndex
CREATE INDEX "outbox_message_conversationId_idx" ON "outbox_message"("conversationId");

-- CreateIndex
CREATE INDEX "outbox_message_lane_seq_idx" ON "outbox_message"("lane", "seq");

-- CreateIndex
CREATE INDEX "outbox_message_state_createdAt_idx" ON "outbox_message"("state", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_part_idempotencyKey_key" ON "outbox_part"("idempotencyKey");

-- CreateIndex
CREATE INDEX "outbox_part_providerMessageId_idx" ON "outbox_part"("providerMessageId");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_part_outboxId_ordinal_key" ON "outbox_part"("outboxId", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_delivery_endpointId_eventId_key" ON "webhook_delivery"("endpointId", "eventId");

-- CreateIndex
CREATE INDEX "webhook_delivery_state_createdAt_idx" ON "webhook_delivery"("state", "createdAt");

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "staff_group" ADD CONSTRAINT "staff_group_staffId_fkey" FOREIGN KEY ("staffId") REFERENCES "staff"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "staff_group" ADD CONSTRAINT "staff_group_groupId_fkey" FOREIGN KEY ("groupId") REFERENCES "skill_group"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "import_row" ADD CONSTRAINT "import_row_batchId_fkey" FOREIGN KEY ("batchId") REFERENCES "import_batch"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "channel_identity" ADD CONSTRAINT "channel_identity_contactId_fkey" FOREIGN KEY ("contactId") REFERENCES "contact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_participant" ADD CONSTRAINT "conversation_participant_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attachment" ADD CONSTRAINT "attachment_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_ticket" ADD CONSTRAINT "conversation_ticket_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "conversation_ticket" ADD CONSTRAINT "conversation_ticket_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ticket_event" ADD CONSTRAINT "ticket_event_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "ticket"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sla_clock" ADD CONSTRAINT "sla_clock_ticketId_fkey" FOREIGN KEY ("ticketId") REFERENCES "ticket"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox_part" ADD CONSTRAINT "outbox_part_outboxId_fkey" FOREIGN KEY ("outboxId") REFERENCES "outbox_message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_endpointId_fkey" FOREIGN KEY ("endpointId") REFERENCES "webhook_endpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;


-- ─── What Prisma cannot express; each name stands in prisma/drift-allow.json and a test finds it in the catalog. ───

-- One open conversation per thread.
CREATE UNIQUE INDEX "conversation_open_thread" ON "conversation" ("accountId", "threadKey") WHERE "state" = 'open';

-- The inbox's own work: what is received and not done, in order, and per sender.
CREATE INDEX "envelope_waiting" ON "envelope" ("seq") WHERE "state" = 'received';
CREATE INDEX "envelope_waiting_sender" ON "envelope" ("accountId", "senderKey", "seq") WHERE "state" = 'received';
CREATE INDEX "envelope_dead" ON "envelope" ("seq") WHERE "state" = 'dead';

-- Coalescing: one ready job per unique key. Serial work: one running job per serial key.
CREATE UNIQUE INDEX "job_unique" ON "job" ("kind", "uniqueKey") WHERE "state" = 'ready' AND "uniqueKey" IS NOT NULL;
CREATE UNIQUE INDEX "job_serial" ON "job" ("serialKey") WHERE "state" = 'running' AND "serialKey" IS NOT NULL;
CREATE INDEX "job_due" ON "job" ("dueAt") WHERE "state" = 'ready';
CREATE INDEX "job_running" ON "job" ("lockedUntil") WHERE "state" = 'running';
CREATE INDEX "job_dead" ON "job" ("createdAt") WHERE "state" = 'dead';

-- Events that wait for their position; positions in commit order, given under a lock (src/queue/events.ts).
CREATE SEQUENCE "event_position";
CREATE INDEX "event_unplaced" ON "event" ("id") WHERE "position" IS NULL;

-- A link names each pair of identities once while it is active.
CREATE UNIQUE INDEX "identity_link_active" ON "identity_link" (LEAST("aId", "bId"), GREATEST("aId", "bId"), "kind") WHERE "revokedAt" IS NULL;

-- Strong ids by value, for joining.
CREATE INDEX "channel_identity_phone" ON "channel_identity" (("strongIds" ->> 'phone')) WHERE "strongIds" ? 'phone';
CREATE INDEX "channel_identity_email" ON "channel_identity" (("strongIds" ->> 'email')) WHERE "strongIds" ? 'email';
CREATE INDEX "channel_identity_union" ON "channel_identity" (("strongIds" ->> 'unionId')) WHERE "strongIds" ? 'unionId';

-- Search over tokens that the application makes (PostgreSQL has no Chinese words).
-- Fields and search tokens stand aside: lists and counts read ten thousands of rows and none of them.
ALTER TABLE "ticket" SET (toast_tuple_target = 1024);
CREATE INDEX "ticket_search" ON "ticket" USING GIN ("search");
CREATE INDEX "ticket_live" ON "ticket" ("createdAt" DESC) WHERE "status" NOT IN ('closed', 'cancelled', 'merged');

-- Numbers that people read out: a sequence, to which the application adds a check digit.
CREATE SEQUENCE "ticket_number" START 10001;

-- The timeline is append-only; only the erasure of personal data may empty payload and salt, digests never change.
CREATE FUNCTION "ticket_event_guard"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'the ticket timeline is append-only';
  END IF;
  IF NEW."ticketId" = OLD."ticketId" AND NEW."seq" = OLD."seq" AND NEW."type" = OLD."type" AND NEW."at" = OLD."at"
     AND NEW."actor" = OLD."actor" AND NEW."payloadDigest" = OLD."payloadDigest" AND NEW."digest" = OLD."digest"
     AND NEW."payload" IS NULL AND NEW."salt" IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the ticket timeline is append-only';
END $$;
CREATE TRIGGER "ticket_event_append_only" BEFORE UPDATE OR DELETE ON "ticket_event"
  FOR EACH ROW EXECUTE FUNCTION "ticket_event_guard"();

-- The audit log is append-only; its writer may only fill in the chain, once.
CREATE FUNCTION "audit_log_guard"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD."digest" IS NULL AND NEW."actor" = OLD."actor" AND NEW."action" = OLD."action"
     AND NEW."resource" = OLD."resource" AND NEW."detail" = OLD."detail" AND NEW."at" = OLD."at" THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER "audit_log_append_only" BEFORE UPDATE OR DELETE ON "audit_log"
  FOR EACH ROW EXECUTE FUNCTION "audit_log_guard"();
CREATE INDEX "audit_log_unchained" ON "audit_log" ("id") WHERE "digest" IS NULL;

-- Configuration keeps its history, so that a decision can be recomputed with the configuration of then.
CREATE FUNCTION "config_history_write"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  row_id text;
BEGIN
  row_id := COALESCE(to_jsonb(COALESCE(NEW, OLD)) ->> 'id', to_jsonb(COALESCE(NEW, OLD)) ->> 'name',
    (to_jsonb(COALESCE(NEW, OLD)) ->> 'staffId') || '/' || (to_jsonb(COALESCE(NEW, OLD)) ->> 'groupId'));
  INSERT INTO "config_history" ("table", "rowId", "body")
    VALUES (TG_TABLE_NAME, row_id, CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END);
  RETURN NULL;
END $$;
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['setting', 'staff', 'skill_group', 'staff_group', 'region', 'calendar', 'routing_rule',
    'product_category', 'product_model', 'device', 'site', 'ticket_type', 'channel_account'] LOOP
    EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION "config_history_write"()',
      name || '_history', name);
  END LOOP;
END $$;
