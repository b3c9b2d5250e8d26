-- A ticket that is held out to an engineer weighs on them until they answer: otherwise all that come meanwhile are held out to them as
-- well. It weighs only while it is nobody's, so that no ticket weighs twice on whoever has it. Rows of the running sum of
-- docs/decisions/0087; offers change under the lock of their ticket, so the two triggers never miss each other.
CREATE FUNCTION "offer_load_add"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD."status" = 'pending' THEN
    INSERT INTO "ticket_load" ("assigneeId", "n")
    SELECT OLD."staffId", -1 FROM "ticket" WHERE "id" = OLD."ticketId" AND "status" = 'open' AND "assigneeId" IS NULL;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW."status" = 'pending' THEN
    INSERT INTO "ticket_load" ("assigneeId", "n")
    SELECT NEW."staffId", 1 FROM "ticket" WHERE "id" = NEW."ticketId" AND "status" = 'open' AND "assigneeId" IS NULL;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "offer_load_follow" AFTER INSERT OR DELETE OR UPDATE OF "status" ON "offer"
  FOR EACH ROW EXECUTE FUNCTION "offer_load_add"();

CREATE FUNCTION "ticket_offers_load_add"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  was boolean := OLD."status" = 'open' AND OLD."assigneeId" IS NULL;
  is_ boolean := TG_OP <> 'DELETE' AND NEW."status" = 'open' AND NEW."assigneeId" IS NULL;
BEGIN
  IF was <> is_ THEN
    INSERT INTO "ticket_load" ("assigneeId", "n")
    SELECT "staffId", CASE WHEN is_ THEN 1 ELSE -1 END FROM "offer" WHERE "ticketId" = OLD."id" AND "status" = 'pending';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "ticket_offers_load_follow" AFTER DELETE OR UPDATE OF "status", "assigneeId" ON "ticket"
  FOR EACH ROW EXECUTE FUNCTION "ticket_offers_load_add"();

INSERT INTO "ticket_load" ("assigneeId", "n")
SELECT o."staffId", count(*) FROM "offer" o JOIN "ticket" t ON t."id" = o."ticketId"
WHERE o."status" = 'pending' AND t."status" = 'open' AND t."assigneeId" IS NULL GROUP BY o."staffId";
