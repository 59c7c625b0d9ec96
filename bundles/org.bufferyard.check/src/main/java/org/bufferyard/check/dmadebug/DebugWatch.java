package org.bufferyard.check.dmadebug;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.api.dma.AllocationSource;
import org.bufferyard.api.dma.DmaAttr;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.check.CheckRule;
import org.bufferyard.platform.check.CheckSite;
import org.bufferyard.platform.check.Finding.Clue;
import org.bufferyard.platform.spec.DeviceSpec;
import org.bufferyard.platform.spec.PlatformSpec;

/** dma-debug over one stream: every hook of the DMA API, as {@code kernel/dma/debug.c} takes it. */
final class DebugWatch implements CheckRule.Watch {
  private static final int BIDIRECTIONAL = 0;

  private final PlatformSpec board;
  private final KernelProfile kernel;
  private final EntryHash hash = new EntryHash();
  private final ActiveLines active = new ActiveLines();
  private final KernelLines lines;
  private final MapCheck maps;
  private final UnmapCheck unmaps;
  private final SyncCheck syncs;

  /** The device object that stands for an element now. */
  private final Map<String, Object> devices = new HashMap<>();

  DebugWatch(CheckSite site, long capacity) {
    this.board = site.board();
    this.kernel = site.kernel();
    this.lines = new KernelLines(site);
    this.maps = new MapCheck(board, kernel, hash, active, lines, capacity);
    this.unmaps = new UnmapCheck(kernel, hash, active, lines);
    this.syncs = new SyncCheck(hash, lines);
  }

  @Override
  public void see(Clue clue) {
    if (maps.disabled()) {
      return;
    }
    lines.at(clue);
    switch (clue.event()) {
      case DmaEvent.StackSeen s -> maps.stackAt(s.phys());
      case DmaEvent.InvalidAddressMapped i -> maps.invalidArea(i.size());
      case DmaEvent.Mapped m -> mapped(m);
      case DmaEvent.ErrorChecked c -> hash.checked(device(c.element()), c.dma());
      case DmaEvent.Unmapped u -> unmaps.check(unmapped(u));
      case DmaEvent.SgMapped s -> listMapped(s);
      case DmaEvent.SgUnmapped s -> listUnmapped(s);
      case DmaEvent.Synced s -> syncs.check(synced(s), s.forDevice());
      case DmaEvent.SgSynced s -> listSynced(s);
      case DmaEvent.Allocated a when isTracked(a.source(), a.attrs(), a.scattered()) ->
          maps.add(allocated(a), false);
      case DmaEvent.Freed f when isTracked(f.source(), f.attrs(), f.scattered()) ->
          unmaps.check(freed(f));
      case DmaEvent.Unbound u -> unbound(u.element());
      default -> {}
    }
    if (maps.disabled()) {
      hash.clear();
      active.clear();
      devices.clear();
    }
  }

  @Override
  public void clearWarnOnce() {
    maps.clearWarnOnce();
  }

  private Object device(String element) {
    return devices.computeIfAbsent(element, e -> new Object());
  }

  private Entry.Type type(long attrs) {
    if (DebugRules.ONE_TYPE.holdsIn(kernel)) {
      return Entry.Type.PHYS;
    }
    return isRegisters(attrs) ? Entry.Type.RESOURCE : Entry.Type.SINGLE;
  }

  private static boolean isRegisters(long attrs) {
    return (attrs & DmaAttr.MMIO.mask()) != 0;
  }

  /** debug_dma_map_phys(). */
  private void mapped(DmaEvent.Mapped m) {
    // The hook asks dma_mapping_error() itself, before its own entry is there.
    hash.checked(device(m.element()), m.dma());
    Entry entry =
        new Entry(
            device(m.element()),
            m.dma(),
            m.size(),
            type(m.attrs()),
            m.direction(),
            0,
            0,
            m.phys(),
            m.attrs(),
            lines.now());
    if (isRegisters(m.attrs())) {
      maps.registers(m.phys());
    } else {
      maps.stack(m.phys());
    }
    maps.add(entry, true);
  }

  private Entry unmapped(DmaEvent.Unmapped u) {
    return new Entry(
        device(u.element()),
        u.dma(),
        u.size(),
        type(u.attrs()),
        u.direction(),
        0,
        0,
        0,
        u.attrs(),
        lines.now());
  }

  /** debug_dma_map_sg(). */
  private void listMapped(DmaEvent.SgMapped s) {
    for (long phys : s.phys()) {
      maps.stack(phys);
    }
    for (int i = 0; i < s.dma().length && !maps.disabled(); i++) {
      maps.segment(s, i);
      maps.add(
          new Entry(
              device(s.element()),
              s.dma()[i],
              s.lengths()[i],
              Entry.Type.SCATTER_GATHER,
              s.direction(),
              s.phys().length,
              s.dma().length,
              s.phys()[i],
              s.attrs(),
              lines.now()),
          false);
    }
  }

  private Entry listEntry(
      String element, long dma, long length, int direction, int entries, long attrs) {
    return new Entry(
        device(element),
        dma,
        length,
        Entry.Type.SCATTER_GATHER,
        direction,
        entries,
        0,
        0,
        attrs,
        lines.now());
  }

  /** debug_dma_unmap_sg(): as many entries as the first one says were mapped. */
  private void listUnmapped(DmaEvent.SgUnmapped s) {
    int mapped = 0;
    for (int i = 0; i < s.dma().length; i++) {
      if (mapped != 0 && i >= mapped) {
        return;
      }
      Entry ref =
          listEntry(
              s.element(), s.dma()[i], s.lengths()[i], s.direction(), s.dma().length, s.attrs());
      if (i == 0) {
        mapped = mappedEntries(ref);
      }
      unmaps.check(ref);
    }
  }

  /** debug_dma_sync_sg_for_cpu() and _for_device(). */
  private void listSynced(DmaEvent.SgSynced s) {
    int mapped = 0;
    for (int i = 0; i < s.dma().length; i++) {
      Entry ref =
          listEntry(s.element(), s.dma()[i], s.lengths()[i], s.direction(), s.dma().length, 0);
      if (i == 0) {
        mapped = mappedEntries(ref);
      }
      if (i >= mapped) {
        return;
      }
      syncs.check(ref, s.forDevice());
    }
  }

  /** get_nr_mapped_entries(). */
  private int mappedEntries(Entry ref) {
    return hash.findExact(ref).map(h -> h.entry().mappedEnts()).orElse(0);
  }

  private Entry synced(DmaEvent.Synced s) {
    return new Entry(
        device(s.element()),
        s.dma(),
        s.size(),
        type(0),
        s.direction(),
        0,
        0,
        0,
        0,
        lines.now());
  }

  /**
   * A device's pool is asked before the hook, a cookie is no address, and a noncontiguous
   * allocation is a list.
   */
  private static boolean isTracked(String source, long attrs, boolean scattered) {
    return !scattered
        && !source.equals(AllocationSource.DEVICE_POOL.name())
        && (attrs & DmaAttr.NO_KERNEL_MAPPING.mask()) == 0;
  }

  private Entry allocated(DmaEvent.Allocated a) {
    return coherent(a.element(), a.dma(), a.size(), a.runs().getFirst().base(), a.attrs());
  }

  private Entry freed(DmaEvent.Freed f) {
    return coherent(f.element(), f.dma(), f.size(), f.phys(), f.attrs());
  }

  private Entry coherent(String element, long dma, long size, long phys, long attrs) {
    return new Entry(
        device(element),
        dma,
        size,
        Entry.Type.COHERENT,
        BIDIRECTIONAL,
        0,
        0,
        phys,
        attrs,
        lines.now());
  }

  /** dma_debug_device_change(): only PCI registers it; the entries stay for ever. */
  private void unbound(String element) {
    List<Entry> left = hash.of(device(element));
    boolean pci = board.device(element).filter(DeviceSpec::pci).isPresent();
    if (pci && !left.isEmpty()) {
      Entry last = left.getLast();
      lines.errorWithoutDriver(
          DebugRules.PENDING,
          Optional.of(last),
          "device driver has pending DMA allocations while released from device [count="
              + left.size()
              + "] One of leaked entries details: "
              + KernelLines.place(last.address(), last.size())
              + " [mapped with "
              + KernelLines.direction(last.direction())
              + "] [mapped as "
              + last.type().word()
              + "]");
    }
    devices.remove(element);
  }
}
