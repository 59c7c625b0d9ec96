/**
 * Addresses of a devicetree's buses: ranges, translation, and the way that DMA takes (SEMANTICS A).
 */
package org.bufferyard.importer.devicetree.address;
