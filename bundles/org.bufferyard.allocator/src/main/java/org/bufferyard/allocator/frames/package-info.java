/** Books of page frames that the allocators share: bitmaps, power-of-two blocks, live ranges. */
package org.bufferyard.allocator.frames;
