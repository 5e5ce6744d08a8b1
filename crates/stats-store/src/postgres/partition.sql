-- Makes a table of the store, named {table}, into one that is partitioned by the hash of its {key}, with all that it has: rows,
-- checks, indexes, owner and rights. A table that is partitioned already stays as it is.
DO $partition$
DECLARE
    source   regclass := 'workout_stats.{table}';
    owner    text;
    options  text;
    main_key text;
    indexes  text[];
    rights   text[];
    line     text;
BEGIN
    LOCK TABLE workout_stats.{table} IN ACCESS EXCLUSIVE MODE;
    IF (SELECT relkind = 'p' FROM pg_class WHERE oid = source) THEN
        RETURN;
    END IF;
    SELECT pg_get_userbyid(relowner), array_to_string(reloptions, ', ') INTO owner, options
        FROM pg_class WHERE oid = source;
    SELECT format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)) INTO main_key
        FROM pg_constraint WHERE conrelid = source AND contype = 'p';
    -- What is unique apart from the hash can only be so within a partition: see partition_foreign.sql for the one that is.
    SELECT array_agg(replace(pg_get_indexdef(indexrelid), 'CREATE UNIQUE INDEX', 'CREATE INDEX')) INTO indexes
        FROM pg_index WHERE indrelid = source AND NOT indisprimary;
    SELECT array_agg(format('GRANT %s ON workout_stats.{table} TO %s', privilege_type,
            CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)) INTO rights
        FROM pg_class, aclexplode(relacl) WHERE oid = source;

    ALTER TABLE workout_stats.{table} RENAME TO {table}_whole;
    CREATE TABLE workout_stats.{table} (LIKE workout_stats.{table}_whole
        INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION) PARTITION BY HASH ({key});
    FOR part IN 0 .. {partitions} - 1 LOOP
        EXECUTE format('CREATE TABLE workout_stats.%I PARTITION OF workout_stats.{table} FOR VALUES WITH '
            '(MODULUS {partitions}, REMAINDER %s)%s', '{table}_' || part, part, ' WITH (' || nullif(options, '') || ')');
        EXECUTE format('ALTER TABLE workout_stats.%I OWNER TO %I', '{table}_' || part, owner);
    END LOOP;
    INSERT INTO workout_stats.{table} SELECT * FROM workout_stats.{table}_whole;
    DROP TABLE workout_stats.{table}_whole;
    -- After the rows, which is quicker, and after the old table, whose indexes had these names.
    EXECUTE 'ALTER TABLE workout_stats.{table} ADD ' || main_key;
    FOREACH line IN ARRAY coalesce(indexes, '{}') LOOP
        EXECUTE line;
    END LOOP;
    EXECUTE format('ALTER TABLE workout_stats.{table} OWNER TO %I', owner);
    FOREACH line IN ARRAY coalesce(rights, '{}') LOOP
        EXECUTE line;
    END LOOP;
    ANALYZE workout_stats.{table};
END $partition$;
