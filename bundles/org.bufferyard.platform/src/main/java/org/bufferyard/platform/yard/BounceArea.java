package org.bufferyard.platform.yard;

import org.bufferyard.api.allocator.BouncePool;
import org.bufferyard.api.allocator.BouncePoolSpec;

/**
 * A bounce pool and its book.
 *
 * @param forced whether everything bounces: {@code swiotlb=force} or a restricted pool
 * @param forAlloc whether coherent allocations come from it too (E7)
 */
public record BounceArea(
    BouncePoolSpec spec, BouncePool pool, boolean forced, boolean forAlloc) {}
