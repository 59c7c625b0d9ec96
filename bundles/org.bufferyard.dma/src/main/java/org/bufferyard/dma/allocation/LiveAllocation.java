package org.bufferyard.dma.allocation;

import java.util.Optional;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.memory.SgTable;
import org.bufferyard.platform.yard.MappingLedger;
import org.bufferyard.platform.yard.YardDevice;

/**
 * An allocation that was not freed.
 *
 * @param giveBack undoes the mapping and frees the memory
 * @param givePages frees the memory alone
 * @param table of a noncontiguous allocation
 * @param direction it was made for; BIDIRECTIONAL for coherent memory
 */
record LiveAllocation(
    MappingLedger.Entry entry,
    YardDevice owner,
    Runnable giveBack,
    Runnable givePages,
    Optional<SgTable> table,
    DmaDirection direction) {}
