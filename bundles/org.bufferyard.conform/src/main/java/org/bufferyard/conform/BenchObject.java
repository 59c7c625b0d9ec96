package org.bufferyard.conform;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.memory.SgTable;

/** Something that a command named and a later one refers to. */
sealed interface BenchObject {
  /**
   * A coherent or noncontiguous allocation.
   *
   * @param device name
   */
  record Buffer(String device, Allocation allocation) implements BenchObject {}

  /** A single mapping; attributes as its unmapping needs them. */
  record Mapping(String device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs)
      implements BenchObject {}

  /** How a list is mapped now. */
  record Use(String device, DmaDirection direction, DmaAttrs attrs) {}

  /** A scatterlist; mapped or not. */
  final class PageList implements BenchObject {
    private final SgTable table;
    private Optional<Use> use = Optional.empty();

    /** Whether anybody tried to map it; before that its DMA side is zeroed memory. */
    private boolean touched;

    PageList(SgTable table) {
      this.table = table;
    }

    SgTable table() {
      return table;
    }

    Optional<Use> use() {
      return use;
    }

    void mapped(Use now) {
      touched = true;
      use = Optional.of(now);
    }

    void mapFailed() {
      touched = true;
      use = Optional.empty();
    }

    void unmapped() {
      use = Optional.empty();
    }

    /**
     * sg_dma_address() of an entry, whatever stands there: a failed mapping leaves an error value, an
     * undone one its old address. 0 behind the list's end.
     */
    long dma(int index) {
      return touched && index < table.segments().size() ? table.segments().get(index).dma() : 0;
    }
  }
}
