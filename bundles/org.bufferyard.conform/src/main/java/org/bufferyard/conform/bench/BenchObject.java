package org.bufferyard.conform.bench;

import java.util.Optional;
import org.bufferyard.api.dma.Allocation;
import org.bufferyard.api.dma.Dma;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.memory.SgTable;

/** Something that a command named and a later one refers to. */
public sealed interface BenchObject {
  /**
   * A coherent or noncontiguous allocation.
   *
   * @param device name
   */
  record Buffer(String device, Allocation allocation) implements BenchObject {}

  /**
   * A single mapping; attributes as its unmapping needs them.
   *
   * @param resource whether dma_map_resource() made it
   * @param live whether nobody unmapped it yet, rightly or wrongly
   */
  record Mapping(
      String device,
      long dma,
      long sizeBytes,
      DmaDirection direction,
      DmaAttrs attrs,
      boolean resource,
      boolean live)
      implements BenchObject {
    public Mapping(String device, long dma, long sizeBytes, DmaDirection direction, DmaAttrs attrs) {
      this(device, dma, sizeBytes, direction, attrs, false, true);
    }

    public Mapping asResource() {
      return new Mapping(device, dma, sizeBytes, direction, attrs, true, live);
    }

    public Mapping unmapped() {
      return new Mapping(device, dma, sizeBytes, direction, attrs, resource, false);
    }
  }

  /** A dma-buf that the recorder's exporter made of an allocation. */
  record Shared(Allocation allocation, DmaBuf buffer, RecorderExporter exporter)
      implements BenchObject {}

  /** A fence, with the reference that the recorder holds. */
  record Signal(DmaFence fence) implements BenchObject {}

  /** How an attachment is mapped now. */
  record SharedMapping(SgTable table, DmaDirection direction) {}

  /** An attachment to a dma-buf; mapped or not. */
  final class Attached implements BenchObject {
    private final DmaBufAttachment attachment;
    private final RecorderExporter exporter;
    private Optional<SharedMapping> mapping = Optional.empty();

    public Attached(DmaBufAttachment attachment, RecorderExporter exporter) {
      this.attachment = attachment;
      this.exporter = exporter;
    }

    public DmaBufAttachment attachment() {
      return attachment;
    }

    public Optional<SharedMapping> mapping() {
      return mapping;
    }

    /** Whether it holds a table of the exporter's own; a copy does not tell (DMABUF_DEBUG). */
    public boolean holdsExportersTable() {
      return mapping.filter(m -> exporter.hasMapped(m.table())).isPresent();
    }

    /** Unmaps that table behind the core's back. */
    public void giveBackLeak(Dma dma) {
      SharedMapping leaked = mapping.orElseThrow();
      exporter.giveBack(dma, attachment.importer(), leaked.table(), leaked.direction());
      mapping = Optional.empty();
    }

    public void mapped(SgTable table, DmaDirection direction) {
      mapping = Optional.of(new SharedMapping(table, direction));
    }

    public void unmapped() {
      mapping = Optional.empty();
    }

    /** sg_dma_address() of an entry; 0 behind the list's end and where nothing is mapped. */
    long dma(int index) {
      return mapping
          .map(m -> m.table().segments())
          .filter(segments -> index < segments.size())
          .map(segments -> segments.get(index).dma())
          .orElse(0L);
    }
  }

  /** How a list was mapped last. */
  record Use(String device, DmaDirection direction, DmaAttrs attrs) {}

  /** A scatterlist; mapped or not. */
  final class PageList implements BenchObject {
    private final SgTable table;
    private Optional<Use> last = Optional.empty();
    private boolean mapped;

    /** Whether anybody tried to map it; before that its DMA side is zeroed memory. */
    private boolean touched;

    public PageList(SgTable table) {
      this.table = table;
    }

    public SgTable table() {
      return table;
    }

    /** How it is mapped now. */
    public Optional<Use> use() {
      return mapped ? last : Optional.empty();
    }

    /** How somebody last mapped it or tried to: what a driver that lost count still knows. */
    public Optional<Use> lastUse() {
      return last;
    }

    public void mapped(Use now) {
      touched = true;
      mapped = true;
      last = Optional.of(now);
    }

    public void mapFailed(Use tried) {
      touched = true;
      mapped = false;
      last = Optional.of(tried);
    }

    public void unmapped() {
      mapped = false;
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
