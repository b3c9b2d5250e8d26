-- The tickets at work as the console lists them: most urgent first, then the one that waits longest
CREATE INDEX "ticket_urgency" ON "ticket" (array_position('{critical,high,normal,low}'::text[], "urgency"), "createdAt", "id")
  WHERE "status" IN ('open', 'assigned', 'in_progress', 'on_hold');
