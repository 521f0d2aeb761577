-- A profile as the first step of the database left it. Frozen: never edit, add version2.sql beside it.
BEGIN TRANSACTION;
CREATE TABLE answer_chunks (
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        channel TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (message_id, seq)
    );
INSERT INTO "answer_chunks" VALUES(4,1,'answer','It ');
INSERT INTO "answer_chunks" VALUES(4,2,'answer','goes on');
CREATE TABLE chats (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        title TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        leaf_id INTEGER,
        draft TEXT NOT NULL DEFAULT '',
        deleted_at REAL,
        FOREIGN KEY (id, leaf_id) REFERENCES messages (chat_id, id) DEFERRABLE INITIALLY DEFERRED
    );
INSERT INTO "chats" VALUES(1,'Reading a contract',1795000000.0,1795000005.0,4,'And',NULL);
INSERT INTO "chats" VALUES(2,'Gone',1795000006.0,1795000006.0,NULL,'',1795000007.0);
CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL,
        path TEXT NOT NULL,
        text_sha256 TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL,
        read_at REAL NOT NULL,
        warnings TEXT NOT NULL DEFAULT '[]',
        UNIQUE (sha256, path, text_sha256)
    );
INSERT INTO "documents" VALUES(1,'abababababababababababababababababababababababababababababababab','/home/a/合同.pdf','a3881f2576f3d97a900c20899cc6be85a8681a486445620f484c771f434164e7','合同.pdf','pdf',1795000001.0,'["Page 3 is a picture."]');
CREATE TABLE message_documents (
        message_id INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        document_id INTEGER NOT NULL REFERENCES documents (id),
        PRIMARY KEY (message_id, position)
    );
INSERT INTO "message_documents" VALUES(1,0,1);
INSERT INTO "message_documents" VALUES(3,0,1);
CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
        parent_id INTEGER CHECK (parent_id < id),
        role TEXT NOT NULL,
        created_at REAL NOT NULL,
        state TEXT NOT NULL,
        text TEXT NOT NULL DEFAULT '',
        thinking TEXT NOT NULL DEFAULT '',
        thinking_ms INTEGER NOT NULL DEFAULT 0,
        model TEXT NOT NULL DEFAULT '',
        cause TEXT NOT NULL DEFAULT '',
        usage TEXT,
        timing TEXT,
        receipt TEXT,
        writer TEXT NOT NULL DEFAULT '',
        UNIQUE (chat_id, id),
        FOREIGN KEY (chat_id, parent_id) REFERENCES messages (chat_id, id) ON DELETE CASCADE
    );
INSERT INTO "messages" VALUES(1,1,NULL,'user',1795000002.0,'complete','What does it say?','',0,'','',NULL,NULL,NULL,'');
INSERT INTO "messages" VALUES(2,1,1,'assistant',1795000003.0,'complete','It says yes.','Hm.',1200,'Qwen3-32B-Q4_K_M.gguf','','{"prompt_tokens":20,"answer_tokens":6,"cached_tokens":4}','{"load_s":9.5,"ttft_s":1.5,"prefill_tok_s":800.0,"decode_tok_s":40.0}','{"files":[{"path":"/home/a/合同.pdf","pages":2,"tokens":5,"dropped_tokens":0}],"context_used":26,"context_size":35840}','');
INSERT INTO "messages" VALUES(3,1,NULL,'user',1795000004.0,'complete','What does page 2 say?','',0,'','',NULL,NULL,NULL,'');
INSERT INTO "messages" VALUES(4,1,3,'assistant',1795000005.0,'streaming','','',0,'Qwen3-32B-Q4_K_M.gguf','',NULL,NULL,NULL,'999999999:1.00');
CREATE TABLE pages (
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        text TEXT NOT NULL,
        tokens INTEGER NOT NULL DEFAULT 0,
        tokenizer TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (document_id, number)
    );
INSERT INTO "pages" VALUES(1,1,'第一页',3,'qwen3');
INSERT INTO "pages" VALUES(1,2,'Page two',2,'qwen3');
CREATE INDEX messages_by_parent ON messages (chat_id, parent_id);
CREATE INDEX messages_being_written ON messages (id) WHERE state = 'streaming';
CREATE INDEX message_documents_by_document ON message_documents (document_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('chats',2);
INSERT INTO "sqlite_sequence" VALUES('documents',1);
INSERT INTO "sqlite_sequence" VALUES('messages',4);
COMMIT;
PRAGMA user_version = 1;
