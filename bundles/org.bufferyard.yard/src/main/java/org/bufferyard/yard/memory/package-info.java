/**
 * The memory of one yard: frames and their bytes, caches over them, the room for tables, and books
 * of what is taken.
 */
package org.bufferyard.yard.memory;
