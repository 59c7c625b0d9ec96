package org.bufferyard.scenario.run;

import static org.bufferyard.api.dma.DmaAddress.hex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bufferyard.api.device.DeviceBus;
import org.bufferyard.api.device.Frame.BusSegment;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaFence;
import org.bufferyard.api.dmabuf.FenceUsage;
import org.bufferyard.api.event.DmaEvent;
import org.bufferyard.api.iommu.AccessAttributes;
import org.bufferyard.api.iommu.Translation.Fault;
import org.bufferyard.platform.scenario.InjectedFault;
import org.bufferyard.platform.scenario.InjectedFault.Kind;
import org.bufferyard.platform.yard.YardDevice;
import org.bufferyard.platform.yard.YardState;
import org.bufferyard.scenario.share.ExporterSide;
import org.bufferyard.scenario.share.ImporterSide;

/** What breaks on purpose in one pipeline, and the account of it. Engine thread only. */
final class Breakage {
  /** The time at which the buffers are made. */
  static final long MAKING = -1;

  private final List<InjectedFault> faults;
  private final List<String> incidents = new ArrayList<>();

  Breakage(List<InjectedFault> faults) {
    this.faults = faults;
  }

  List<String> incidents() {
    return List.copyOf(incidents);
  }

  boolean isLate(long frame) {
    return at(frame, Kind.LATE_WRITE).isPresent();
  }

  private Optional<InjectedFault> at(long frame, Kind kind) {
    return faults.stream().filter(f -> f.frame() == frame && f.kind() == kind).findFirst();
  }

  /**
   * Before a frame is filled, or the buffers are made.
   *
   * @param buffers of all pipelines
   */
  void before(YardState yard, long frame, List<PipelineBuffer> buffers) {
    for (InjectedFault fault : faults) {
      if (fault.frame() == frame) {
        start(yard, fault, buffers);
      }
    }
  }

  private void start(YardState yard, InjectedFault fault, List<PipelineBuffer> buffers) {
    switch (fault.kind()) {
      case NO_MEMORY -> {
        yard.injection().failPages(fault.step());
        tell(fault, "request " + fault.step() + " for pages from here on finds none");
      }
      case NO_IOVA -> {
        YardDevice device = yard.device(fault.device());
        yard.injection().failIova(device, fault.step());
        tell(
            fault,
            "request " + fault.step() + " for addresses of " + device.name() + " finds none");
      }
      case UNPLUGGED -> unplug(yard, fault, buffers);
      case LATE_WRITE ->
          tell(fault, "the exporter says that the frame is there before it has written it");
      case STRAY_MESSAGE -> tell(fault, send(yard, fault));
      case STRAY_ACCESS -> tell(fault, access(yard, fault));
      case OUT_OF_RANGE_WRITE, FENCE_NEVER_SIGNALS -> {
        // They come once the frame is filled.
      }
    }
  }

  private static byte[] bytes(InjectedFault fault) {
    return ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(fault.data())
        .array();
  }

  /** Four bytes, with what the device says of itself. */
  private static String access(YardState yard, InjectedFault fault) {
    YardDevice device = yard.device(fault.device());
    AccessAttributes says = fault.says();
    DeviceBus bus = yard.bus(device).saying(says);
    byte[] bytes = bytes(fault);
    Optional<Fault> stopped =
        fault.write()
            ? bus.write(fault.address(), bytes, 0, bytes.length)
            : bus.read(fault.address(), bytes, 0, bytes.length);
    return device.name()
        + (fault.write() ? " writes to " : says.instruction() ? " fetches from " : " reads ")
        + hex(fault.address())
        + (says.hasPasid() ? " with PASID " + says.pasid() : "")
        + (says.privileged() ? ", privileged" : "")
        + stopped.map(f -> ", and is stopped: " + f.name()).orElse(", and nothing stops it");
  }

  /** With what the hardware in the way says of it. */
  private static String send(YardState yard, InjectedFault fault) {
    YardDevice device = yard.device(fault.device());
    byte[] bytes = bytes(fault);
    long mark = yard.events().mark();
    Optional<Fault> stopped = yard.bus(device).write(fault.address(), bytes, 0, bytes.length);
    String account =
        yard.events().since(mark).stream()
            .filter(DmaEvent.Decided.class::isInstance)
            .map(e -> "; " + e.element() + ": " + ((DmaEvent.Decided) e).text())
            .collect(Collectors.joining());
    return device.name()
        + " writes "
        + hex(fault.data() & 0xffff_ffffL)
        + " to "
        + hex(fault.address())
        + (account.isEmpty()
            ? stopped.map(f -> ", and is stopped: " + f.name()).orElse(", and nothing stops it")
            : account);
  }

  /** The driver leaves as it does on unplugging: its buffers and attachments go first. */
  private void unplug(YardState yard, InjectedFault fault, List<PipelineBuffer> buffers) {
    YardDevice device = yard.device(fault.device());
    if (!device.isPresent()) {
      return;
    }
    int given = 0;
    for (PipelineBuffer buffer : buffers) {
      if (buffer.exporter().device().id().equals(device.id())) {
        buffer.release();
        given++;
        continue;
      }
      for (ImporterSide importer : List.copyOf(buffer.importers())) {
        if (importer.device().id().equals(device.id())) {
          importer.detach();
          buffer.importers().remove(importer);
          given++;
        }
      }
    }
    yard.injection().unplug(device);
    tell(
        fault,
        device.name() + " is gone; its driver gave back " + given
            + (given == 1 ? " buffer" : " buffers") + ", and nothing else of it was left");
  }

  /** After a frame is filled, before anybody uses it. */
  void after(YardState yard, long frame, PipelineBuffer filled, PipelineBuffer filledBefore) {
    at(frame, Kind.OUT_OF_RANGE_WRITE)
        .ifPresent(fault -> writeBeyond(yard, fault, filledBefore.exporter(), filled));
    at(frame, Kind.FENCE_NEVER_SIGNALS)
        .ifPresent(
            fault ->
                tell(
                    fault,
                    filled
                        .exporter()
                        .exported()
                        .map(buffer -> leaveFence(yard, buffer, frame + 1))
                        .orElse("there is no dma-buf that could hold a fence")));
  }

  private static String leaveFence(YardState yard, DmaBuf buffer, long seqno) {
    DmaFence fence = yard.dmaBufs().newFence(buffer.inode(), seqno);
    if (buffer.reservation().lock() < 0) {
      return "the reservation lock is held for ever: no fence can be added";
    }
    buffer.reservation().add(fence, FenceUsage.KERNEL);
    buffer.reservation().unlock();
    return "fence " + fence.context() + ":" + fence.seqno() + " of class KERNEL stays in "
        + buffer.id() + " unsignaled";
  }

  /** The transfer before this one runs on beyond the end of its buffer. */
  private void writeBeyond(
      YardState yard, InjectedFault fault, ExporterSide runsOn, PipelineBuffer filled) {
    BusSegment last = runsOn.segments().getLast();
    long end = last.address() + last.length();
    byte[] bytes = new byte[Math.toIntExact(fault.bytes())];
    Arrays.fill(bytes, (byte) 0xbd);
    Optional<Fault> stopped = yard.bus(runsOn.device()).write(end, bytes, 0, bytes.length);
    boolean hits = filled.exporter().segments().stream().anyMatch(s -> holds(s, end));
    tell(
        fault,
        runsOn.device().name()
            + " writes "
            + bytes.length
            + " bytes on from "
            + hex(end)
            + stopped
                .map(f -> ", and is stopped at " + hex(f.address()) + ": " + f.name())
                .orElse(hits ? ", over the buffer of this frame" : ", and nothing stops it"));
  }

  private static boolean holds(BusSegment segment, long address) {
    return Long.compareUnsigned(address - segment.address(), segment.length()) < 0;
  }

  private void tell(InjectedFault fault, String what) {
    String when = fault.frame() == MAKING ? "making the buffers" : "frame " + fault.frame();
    incidents.add(when + ", " + fault.kind().word() + ": " + what);
  }
}
