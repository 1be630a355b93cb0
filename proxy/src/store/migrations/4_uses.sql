CREATE INDEX template_uses_of_document ON template_uses (origin, document);
