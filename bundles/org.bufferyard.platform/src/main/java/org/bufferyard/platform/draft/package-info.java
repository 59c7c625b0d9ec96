/**
 * Boards as somebody else wrote them down: neutral nodes with their provenance, and what an
 * importer made of each. The importer fills them, topology turns them into a board file.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.bufferyard.platform.draft;
