/** The ops of the system heap and of CMA heaps (SEMANTICS G3, G4). */
package org.bufferyard.dmabuf.ops.heap;
