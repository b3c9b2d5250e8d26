-- How many live tickets weigh on a group and on an engineer, as a running sum: each change of a ticket adds a row, and the router folds
-- the rows now and then. Counting the tickets at each decision cost in proportion to all that are open (docs/decisions/0087).
CREATE TABLE "ticket_load" (
  "id" BIGSERIAL NOT NULL,
  "groupId" UUID,
  "assigneeId" UUID,
  "n" INTEGER NOT NULL,
  CONSTRAINT "ticket_load_pkey" PRIMARY KEY ("id")
);

CREATE FUNCTION "ticket_load_add"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  live CONSTANT text[] := ARRAY['open', 'assigned', 'in_progress', 'on_hold'];
  was boolean := TG_OP <> 'INSERT' AND OLD."status"::text = ANY(live) AND (OLD."groupId" IS NOT NULL OR OLD."assigneeId" IS NOT NULL);
  is_ boolean := TG_OP <> 'DELETE' AND NEW."status"::text = ANY(live) AND (NEW."groupId" IS NOT NULL OR NEW."assigneeId" IS NOT NULL);
BEGIN
  IF was AND is_ AND OLD."groupId" IS NOT DISTINCT FROM NEW."groupId" AND OLD."assigneeId" IS NOT DISTINCT FROM NEW."assigneeId" THEN
    RETURN NULL;
  END IF;
  IF was THEN
    INSERT INTO "ticket_load" ("groupId", "assigneeId", "n") VALUES (OLD."groupId", OLD."assigneeId", -1);
  END IF;
  IF is_ THEN
    INSERT INTO "ticket_load" ("groupId", "assigneeId", "n") VALUES (NEW."groupId", NEW."assigneeId", 1);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "ticket_load_follow" AFTER INSERT OR DELETE OR UPDATE OF "status", "groupId", "assigneeId" ON "ticket"
  FOR EACH ROW EXECUTE FUNCTION "ticket_load_add"();

INSERT INTO "ticket_load" ("groupId", "assigneeId", "n")
SELECT "groupId", "assigneeId", count(*) FROM "ticket"
WHERE "status" IN ('open', 'assigned', 'in_progress', 'on_hold') AND ("groupId" IS NOT NULL OR "assigneeId" IS NOT NULL)
GROUP BY "groupId", "assigneeId";
