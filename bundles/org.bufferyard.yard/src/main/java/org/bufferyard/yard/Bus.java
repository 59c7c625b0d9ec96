package org.bufferyard.yard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.dma.DmaRangeMap;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.event.DmaEvent.MessageClass;
import org.bufferyard.api.event.EventSink;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.AttributedAccess;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.StreamId;
import org.bufferyard.api.iommu.Translation;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.api.iommu.Translation.Translated;
import org.bufferyard.api.kernel.Rule;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.yard.guard.GuardedIommu;
import org.bufferyard.yard.memory.SparseMemory;
import org.bufferyard.yard.memory.WriteBackCache;

/**
 * A device as bus master: its address goes through its IOMMU, or through the windows of its bus
 * (A2, A11), and then to whoever decodes it. Engine thread only.
 *
 * <p>Modelled: translation page by page; faults with the bytes before them done; a master abort
 * where no window leads anywhere and nothing decodes; {@linkplain RegisterWindows register windows} of
 * other devices, below a common bridge without the IOMMU on the way. A device with several streams uses the first: all of
 * them are attached to one domain. Behind an identity domain the windows apply to what the IOMMU
 * lets pass. A message (MSI) goes to the IOMMU that takes it, as a write of four bytes.
 *
 * <p>What it reads and writes goes past the CPU's caches or through them, as {@link WriteBackCache}
 * says. Not modelled: bursts, ordering.
 */
final class Bus implements DeviceBus {
  private static final Rule STALE = Rule.of("D11", "queue_iova");
  static final String MASTER_ABORT = "MASTER ABORT";

  /**
   * The translation in front of a device.
   *
   * @param windowsBehind whether bus windows apply to its output: an identity domain passes bus
   *     addresses, a paging one puts out physical ones
   */
  record Translator(Iommu iommu, StreamId stream, boolean windowsBehind) {}

  private final LiveDevice device;
  private final Optional<Translator> translator;
  private final SparseMemory memory;
  private final WriteBackCache cache;
  private final RegisterWindows registers;
  private final EventSink events;

  /** Of the yard, all of them once the first transfer begins. */
  private final Collection<LiveDevice> others;

  private final AccessAttributes attributes;

  /** Found with the first transfer: where a function stands never changes. */
  private Optional<List<RegisterWindows.Peer>> peers = Optional.empty();

  Bus(
      LiveDevice device,
      Optional<Translator> translator,
      SparseMemory memory,
      WriteBackCache cache,
      RegisterWindows registers,
      Collection<LiveDevice> others,
      EventSink events) {
    this(
        device,
        translator,
        memory,
        cache,
        registers,
        others,
        events,
        AccessAttributes.PLAIN);
  }

  private Bus(
      LiveDevice device,
      Optional<Translator> translator,
      SparseMemory memory,
      WriteBackCache cache,
      RegisterWindows registers,
      Collection<LiveDevice> others,
      EventSink events,
      AccessAttributes attributes) {
    this.device = device;
    this.translator = translator;
    this.memory = memory;
    this.cache = cache;
    this.registers = registers;
    this.others = others;
    this.events = events;
    this.attributes = attributes;
  }

  @Override
  public DeviceBus saying(AccessAttributes words) {
    return words.equals(attributes)
        ? this
        : new Bus(
            device, translator, memory, cache, registers, others, events, words);
  }

  @Override
  public Optional<Fault> read(long address, byte[] into, int offset, int length) {
    return transfer(address, into, offset, length, false);
  }

  @Override
  public Optional<Fault> write(long address, byte[] from, int offset, int length) {
    Optional<GuardedIommu> target = messageTarget(address, length);
    return target.isPresent()
        ? send(target.get(), address, from, offset)
        : transfer(address, from, offset, length, true);
  }

  /** Who takes such a write for a message. */
  private Optional<GuardedIommu> messageTarget(long address, int length) {
    if (length != Integer.BYTES
        || (address & Integer.BYTES - 1) != 0
        || attributes.hasPasid()
        || translator.isEmpty()
        || !(translator.get().iommu() instanceof GuardedIommu iommu)) {
      return Optional.empty();
    }
    return iommu.messages().filter(m -> m.contains(address)).map(m -> iommu);
  }

  private Optional<Fault> send(GuardedIommu target, long address, byte[] from, int offset) {
    Objects.checkFromIndexSize(offset, Integer.BYTES, from.length);
    checkPresent();
    int data =
        ByteBuffer.wrap(from, offset, Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).getInt();
    Optional<Fault> stopped = target.message(translator.orElseThrow().stream(), address, data);
    stopped.filter(f -> events.on()).ifPresent(this::reportFault);
    return stopped;
  }

  private void checkPresent() {
    if (!device.isPresent()) {
      throw new IllegalStateException("device '" + device.id() + "' was removed");
    }
  }

  private Optional<Fault> transfer(
      long address, byte[] bytes, int offset, int length, boolean write) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    checkPresent();
    int done = 0;
    Fault fault = null;
    boolean stale = false;
    while (done < length && fault == null) {
      long at = address + done;
      int chunk = (int) Math.min(length - done, PageRef.SIZE - (at & (PageRef.SIZE - 1)));
      switch (translate(at, write)) {
        case Fault refused -> fault = refused;
        case Translated ok -> {
          stale |= ok.stale();
          chunk = linearPart(at, ok.phys(), chunk, write);
          if (move(ok.phys(), bytes, offset + done, chunk, write)) {
            done += chunk;
          } else {
            fault = masterAbort(at, write);
          }
        }
      }
    }
    report(address, done, write, stale, fault);
    return Optional.ofNullable(fault);
  }

  private Translation translate(long address, boolean write) {
    for (RegisterWindows.Peer peer : peers()) {
      if (Long.compareUnsigned(address - peer.bus(), peer.sizeBytes()) < 0) {
        return new Translated(peer.phys() + (address - peer.bus()), false);
      }
    }
    if (translator.isEmpty()) {
      return throughWindows(address, address, write, false);
    }
    Translator t = translator.get();
    Translation out =
        !attributes.equals(AccessAttributes.PLAIN)
                && t.iommu() instanceof AttributedAccess able
            ? able.translate(t.stream(), address, write, attributes)
            : t.iommu().translate(t.stream(), address, write);
    return out instanceof Translated passed && t.windowsBehind()
        ? throughWindows(passed.phys(), address, write, passed.stale())
        : out;
  }

  private List<RegisterWindows.Peer> peers() {
    if (peers.isEmpty()) {
      peers = Optional.of(RegisterWindows.reachedBy(device, others));
    }
    return peers.get();
  }

  private Translation throughWindows(long bus, long address, boolean write, boolean stale) {
    DmaRangeMap windows = device.rangeMap();
    long phys = windows.toPhys(bus);
    return phys == -1L && !windows.isIdentity()
        ? masterAbort(address, write)
        : new Translated(phys, stale);
  }

  /** How much of a chunk goes where its first byte goes: windows need not end on a page border. */
  private int linearPart(long address, long phys, int chunk, boolean write) {
    if (device.rangeMap().isIdentity() || translator.filter(t -> !t.windowsBehind()).isPresent()) {
      return chunk;
    }
    int part = chunk;
    while (part > 1 && !leadsTo(address + part - 1, phys + part - 1, write)) {
      part /= 2;
    }
    return part;
  }

  private boolean leadsTo(long address, long phys, boolean write) {
    return translate(address, write) instanceof Translated t && t.phys() == phys;
  }

  /** Whether anything decoded the address. */
  private boolean move(long phys, byte[] bytes, int offset, int length, boolean write) {
    if (memory.isForMasters(phys)) {
      if (write) {
        cache.busWrite(device, phys, bytes, offset, length);
      } else {
        cache.busRead(device, phys, bytes, offset, length);
      }
      return true;
    }
    if (registers.contains(phys)) {
      if (write) {
        registers.write(phys, bytes, offset, length);
      } else {
        registers.read(phys, bytes, offset, length);
      }
      return true;
    }
    return false;
  }

  private static Fault masterAbort(long address, boolean write) {
    return new Fault(0, MASTER_ABORT, address, write);
  }

  private void report(long address, int done, boolean write, boolean stale, Fault fault) {
    if (!events.on()) {
      return;
    }
    if (done > 0) {
      events.emit(new DmaEvent.DeviceAccess(device.id(), address, done, write));
    }
    if (stale) {
      events.emit(
          new DmaEvent.HazardRaised(
              STALE,
              device.id(),
              "the device still reaches memory at 0x"
                  + Long.toHexString(address)
                  + " whose mapping is gone: only the TLB holds it until the flush queue runs"));
    }
    if (fault != null) {
      reportFault(fault);
    }
  }

  private void reportFault(Fault fault) {
    boolean byBus = fault.name().equals(MASTER_ABORT) || translator.isEmpty();
    String iommu = byBus ? "" : translator.get().stream().iommu();
    events.emit(
        new DmaEvent.Faulted(
            device.id(),
            iommu,
            fault.address(),
            fault.write(),
            "0x" + Long.toHexString(fault.code()) + " " + fault.name()));
    if (!byBus && !translator.get().iommu().printsFaults()) {
      events.emit(
          new DmaEvent.KernelMessage(
              iommu,
              MessageClass.IOMMU_FAULT,
              iommu
                  + ": "
                  + fault.name()
                  + (fault.write() ? " on write by " : " on read by ")
                  + device.name()
                  + " at iova 0x"
                  + Long.toHexString(fault.address())));
    }
  }
}
