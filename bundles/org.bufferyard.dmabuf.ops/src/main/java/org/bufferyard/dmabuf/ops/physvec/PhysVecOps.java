package org.bufferyard.dmabuf.ops.physvec;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.Dma.MapResult;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaAddress;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.dma.DmaAttrs;
import org.bufferyard.api.dma.DmaDevice;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dma.PeerToPeer;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PhysRange;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/**
 * Register windows as a dma-buf ({@code drivers/dma-buf/dma-buf-mapping.c}, {@code
 * vfio_pci_dmabuf.c}): a table of DMA-only entries, one mapping a range, no cache maintenance and no
 * CPU access. Came with 7.x.
 *
 * <p>How an importer reaches the registers is {@link PeerToPeer}'s to say (F14): by their bus address,
 * mapped like memory, or not at all. More than one range behind an IOMMU is answered as 7.3.4 reads,
 * where the second one meets the first.
 */
final class PhysVecOps implements DmaBufOps, BufferLifecycle, CpuAccessOps {
  private static final Rule TABLE = Rule.of("F15", "dma_buf_phys_vec_to_sgt").since(7, 0);
  private static final Rule DISTANCE = Rule.of("F14", "pci_p2pdma_map_type").since(7, 0);
  private static final Rule ATTACH = Rule.of("G7", "vfio_pci_dma_buf_attach").since(7, 0);
  private static final Rule MAP = Rule.of("G7", "vfio_pci_dma_buf_map").since(7, 0);

  /** UINT_MAX rounded down to a page: the longest entry. */
  private static final long LONGEST_ENTRY = 0xffff_f000L;

  /** One mapped range. */
  private record Mapped(long dma, long sizeBytes) {}

  private final String name;
  private final ExportedMemory memory;
  private final OpsContext context;
  private final Importers importers;
  private final Map<SgTable, List<Mapped>> live = new IdentityHashMap<>();
  private boolean revoked;

  PhysVecOps(String name, ExportedMemory memory, OpsContext context, Importers importers) {
    this.name = name;
    this.memory = memory;
    this.context = context;
    this.importers = importers;
  }

  @Override
  public OpsTraits traits() {
    return new OpsTraits(name, false, false);
  }

  @Override
  public BufferLifecycle lifecycle() {
    return this;
  }

  @Override
  public CpuAccessOps cpu() {
    return this;
  }

  /** The ranges in the provider's own bus addresses: nothing has to be mapped for it. */
  @Override
  public SgResult getSgtable() {
    if (!TABLE.holdsIn(context.kernel())) {
      decided(TABLE, "this kernel has no exporter of register windows: -EOPNOTSUPP", "-EOPNOTSUPP");
      return SgResult.failed(Errno.EOPNOTSUPP.rc());
    }
    return SgResult.of(
        SgTable.ofDma(
            ranges().stream().map(r -> new Segment.DmaOnly(r.base(), r.size())).toList()));
  }

  /** phys_vec: what the exporter's driver lists, as entries whose frames have no page. */
  private List<PhysRange> ranges() {
    if (memory.pages().isEmpty()) {
      return memory.allocation().orElseThrow().runs();
    }
    List<PhysRange> ranges = new ArrayList<>();
    for (Segment segment : memory.pages().get().segments()) {
      if (segment instanceof Segment.PageBacked run) {
        ranges.add(new PhysRange(run.phys(), run.length()));
      }
    }
    return ranges;
  }

  // ---- importers ----

  @Override
  public int attach(DmaBufAttachment attachment) {
    if (importers == Importers.ANY) {
      return 0;
    }
    if (!attachment.allowsPeer2peer()) {
      return refused(ATTACH, attachment, "speaks no peer-to-peer", Errno.EOPNOTSUPP);
    }
    if (isRevoked()) {
      return refused(ATTACH, attachment, "comes after the revocation", Errno.ENODEV);
    }
    return attachment.isRevocable()
        ? 0
        : refused(ATTACH, attachment, "cannot be told to stop", Errno.EOPNOTSUPP);
  }

  /** vfio_pci_dma_buf_move(), _cleanup(): set before importers are told. */
  @Override
  public boolean revoke() {
    revoked = true;
    return importers == Importers.REVOCABLE;
  }

  /** The function was reset or went away. */
  private boolean isRevoked() {
    return revoked || !memory.exporter().isPresent();
  }

  private int refused(Rule rule, DmaBufAttachment attachment, String why, Errno errno) {
    decided(
        rule,
        attachment.importer().id() + " " + why + ": -" + errno.name(),
        "-" + errno.name());
    return errno.rc();
  }

  @Override
  public void detach(DmaBufAttachment attachment) {}

  // ---- mapping ----

  @Override
  public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
    if (importers == Importers.REVOCABLE && isRevoked()) {
      return SgResult.failed(refused(MAP, attachment, "maps a revoked buffer", Errno.ENODEV));
    }
    DmaDevice importer = attachment.importer();
    PeerToPeer way = PeerToPeer.between(memory.exporter(), importer);
    return switch (way.type()) {
      case NOT_SUPPORTED ->
          SgResult.failed(refused(DISTANCE, attachment, way.whyNotSupported(importer), Errno.EINVAL));
      case BUS_ADDR -> byBusAddress(way, importer);
      case THRU_HOST_BRIDGE -> mapped(importer, direction);
    };
  }

  /** PCI_P2PDMA_MAP_BUS_ADDR: no IOMMU is on the way, nothing is mapped and nothing to undo. */
  private SgResult byBusAddress(PeerToPeer way, DmaDevice importer) {
    decided(
        DISTANCE,
        importer.id() + " reaches the registers below a common bridge, distance " + way.distance(),
        "0");
    List<Segment.DmaOnly> entries = new ArrayList<>();
    for (PhysRange range : ranges()) {
      addEntries(entries, range.base() + way.busOffset(), range.size());
    }
    SgTable table = SgTable.ofDma(entries);
    live.put(table, List.of());
    return SgResult.of(table);
  }

  /** PCI_P2PDMA_MAP_THRU_HOST_BRIDGE: as memory without pages. */
  private SgResult mapped(DmaDevice importer, DmaDirection direction) {
    List<PhysRange> ranges = ranges();
    if (importer.dmaDomain().isPresent() && ranges.size() > 1) {
      decided(
          TABLE,
          ranges.size()
              + " ranges behind the IOMMU: the second is linked where the first lies, -EEXIST",
          "-EEXIST");
      return SgResult.failed(Errno.EEXIST.rc());
    }
    List<Segment.DmaOnly> entries = new ArrayList<>();
    List<Mapped> mapped = new ArrayList<>();
    for (PhysRange range : ranges) {
      long dma =
          context
              .dma()
              .mapPhys(importer, range.base(), range.size(), direction, DmaAttrs.of(DmaAttr.MMIO));
      if (dma == DmaAddress.MAPPING_ERROR) {
        decided(
            TABLE,
            importer.id()
                + " cannot reach "
                + DmaAddress.hex(range.base())
                + ": dma_mapping_error() is -ENOMEM",
            "-ENOMEM");
        undo(importer, mapped, direction);
        return SgResult.failed(Errno.ENOMEM.rc());
      }
      mapped.add(new Mapped(dma, range.size()));
      addEntries(entries, dma, range.size());
    }
    SgTable table = SgTable.ofDma(entries);
    live.put(table, mapped);
    return SgResult.of(table);
  }

  /** fill_sg_entry(): the length of an entry is an unsigned int. */
  private static void addEntries(List<Segment.DmaOnly> entries, long dma, long sizeBytes) {
    for (long at = 0; at < sizeBytes; at += LONGEST_ENTRY) {
      entries.add(new Segment.DmaOnly(dma + at, Math.min(LONGEST_ENTRY, sizeBytes - at)));
    }
  }

  @Override
  public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
    undo(
        attachment.importer(),
        Optional.ofNullable(live.remove(table)).orElse(List.of()),
        direction);
  }

  private void undo(DmaDevice importer, List<Mapped> mapped, DmaDirection direction) {
    for (Mapped one : mapped) {
      context
          .dma()
          .unmapPhys(importer, one.dma(), one.sizeBytes(), direction, DmaAttrs.of(DmaAttr.MMIO));
    }
  }

  @Override
  public void release() {}

  // ---- the CPU: these ops have no such members ----

  @Override
  public int beginCpuAccess(DmaDirection direction) {
    return 0;
  }

  @Override
  public int endCpuAccess(DmaDirection direction) {
    return 0;
  }

  @Override
  public MapResult mmap(long pageOffset, long sizeBytes, boolean shared) {
    return MapResult.failed(Errno.EINVAL.rc());
  }

  @Override
  public MapResult vmap() {
    return MapResult.failed(Errno.EINVAL.rc());
  }

  @Override
  public void vunmap() {}

  private void decided(Rule rule, String text, String errno) {
    context
        .events()
        .emit(new DmaEvent.Decided(rule, memory.exporter().id(), text, Map.of("errno", errno)));
  }
}
