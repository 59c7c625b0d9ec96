/** Buddy, CMA, coherent pool, atomic pool, swiotlb and IOVA allocators. */
package org.bufferyard.allocator;
