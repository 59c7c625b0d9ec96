/** The coherent remap of the proposal (SEMANTICS P). */
package org.bufferyard.dma.remap;
