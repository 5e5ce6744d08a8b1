-- An id that somebody gave an event of his own is in the ledger once. The ledger is partitioned by another id, so that none of
-- its indexes can see to that. A table of these ids can: it is filled by the same statements, and who comes second waits for the
-- first and is refused, as he would be by the index.
DO $foreign$
DECLARE
    line text;
    owner text;
BEGIN
    IF to_regclass('workout_stats.foreign_ids') IS NOT NULL THEN
        RETURN;
    END IF;
    LOCK TABLE workout_stats.ledger IN ACCESS EXCLUSIVE MODE;
    CREATE TABLE workout_stats.foreign_ids (foreign_id uuid PRIMARY KEY) PARTITION BY HASH (foreign_id);
    FOR part IN 0 .. {partitions} - 1 LOOP
        EXECUTE format('CREATE TABLE workout_stats.%I PARTITION OF workout_stats.foreign_ids FOR VALUES WITH '
            '(MODULUS {partitions}, REMAINDER %s)', 'foreign_ids_' || part, part);
    END LOOP;
    INSERT INTO workout_stats.foreign_ids SELECT foreign_id FROM workout_stats.ledger WHERE foreign_id IS NOT NULL;
    CREATE FUNCTION workout_stats.keep_foreign_ids() RETURNS trigger LANGUAGE plpgsql AS $keep$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO workout_stats.foreign_ids VALUES (NEW.foreign_id);
        ELSE
            DELETE FROM workout_stats.foreign_ids WHERE foreign_id = OLD.foreign_id;
        END IF;
        RETURN NULL;
    END $keep$;
    CREATE TRIGGER foreign_id_comes AFTER INSERT ON workout_stats.ledger FOR EACH ROW
        WHEN (NEW.foreign_id IS NOT NULL) EXECUTE FUNCTION workout_stats.keep_foreign_ids();
    CREATE TRIGGER foreign_id_goes AFTER DELETE ON workout_stats.ledger FOR EACH ROW
        WHEN (OLD.foreign_id IS NOT NULL) EXECUTE FUNCTION workout_stats.keep_foreign_ids();
    -- They are whose the ledger is, and who may write to it may do so there.
    SELECT pg_get_userbyid(relowner) INTO owner FROM pg_class WHERE oid = 'workout_stats.ledger'::regclass;
    EXECUTE format('ALTER TABLE workout_stats.foreign_ids OWNER TO %I', owner);
    FOR part IN 0 .. {partitions} - 1 LOOP
        EXECUTE format('ALTER TABLE workout_stats.%I OWNER TO %I', 'foreign_ids_' || part, owner);
    END LOOP;
    EXECUTE format('ALTER FUNCTION workout_stats.keep_foreign_ids() OWNER TO %I', owner);
    FOR line IN SELECT format('GRANT %s ON workout_stats.foreign_ids TO %s', privilege_type,
            CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
            FROM pg_class, aclexplode(relacl) WHERE oid = 'workout_stats.ledger'::regclass LOOP
        EXECUTE line;
    END LOOP;
END $foreign$;
