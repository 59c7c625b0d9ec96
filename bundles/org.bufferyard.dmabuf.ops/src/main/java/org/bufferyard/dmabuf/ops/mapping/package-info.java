/**
 * What several exporters do alike: tables that are mapped, and memory shown to the CPU. What they
 * launder, refuse and tell stays with each.
 */
package org.bufferyard.dmabuf.ops.mapping;
