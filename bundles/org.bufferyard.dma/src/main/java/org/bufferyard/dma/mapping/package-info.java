/**
 * What every kind of mapping rests on: a device's masks and reach, lists, caches, the books of what
 * is live, and the trail that says why.
 */
package org.bufferyard.dma.mapping;
