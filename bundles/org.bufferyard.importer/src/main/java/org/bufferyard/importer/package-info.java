/** Reads devicetree blobs, kernel traces and recorded environments into neutral drafts and events. */
package org.bufferyard.importer;
