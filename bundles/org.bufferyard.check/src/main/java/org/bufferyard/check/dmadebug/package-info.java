/** dma-debug as the kernel has it: its books, its order of checks, its lines. */
package org.bufferyard.check.dmadebug;
