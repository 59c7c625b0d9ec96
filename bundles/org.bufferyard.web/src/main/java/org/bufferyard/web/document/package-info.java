/** Open boards: one thread each, with commands, undo, keys and changes. */
package org.bufferyard.web.document;
