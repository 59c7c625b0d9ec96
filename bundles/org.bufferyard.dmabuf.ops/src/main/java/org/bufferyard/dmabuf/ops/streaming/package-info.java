/** The proposal's ops for memory that has pages: streaming mappings (SEMANTICS P7). */
package org.bufferyard.dmabuf.ops.streaming;
