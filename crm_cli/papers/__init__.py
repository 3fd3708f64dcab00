"""Papers that customers get: what stands on them, in the reader's way of writing, as text, Markdown, HTML and PDF."""
