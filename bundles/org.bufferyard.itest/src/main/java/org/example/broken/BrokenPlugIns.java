package org.example.broken;

import org.bufferyard.api.allocator.AdoptionDeclinedException;
import org.bufferyard.api.allocator.AllocationRequest;
import org.bufferyard.api.allocator.Allocator;
import org.bufferyard.api.allocator.AllocatorContext;
import org.bufferyard.api.allocator.AllocatorKind;
import org.bufferyard.api.allocator.AllocatorSpec;
import org.bufferyard.api.allocator.IovaAllocator;
import org.bufferyard.api.allocator.IovaAllocatorKind;
import org.bufferyard.api.allocator.IovaContext;
import org.bufferyard.api.allocator.IovaSpec;
import org.bufferyard.api.device.Device;
import org.bufferyard.api.device.DeviceContext;
import org.bufferyard.api.device.DeviceKind;
import org.bufferyard.api.device.DeviceUnit;
import org.bufferyard.api.device.DriverFacts;
import org.bufferyard.api.dma.Dma.SgResult;
import org.bufferyard.api.dma.DmaDirection;
import org.bufferyard.api.dmabuf.BufferLifecycle;
import org.bufferyard.api.dmabuf.CpuAccessOps;
import org.bufferyard.api.dmabuf.DmaBufAttachment;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufOpsKind;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.iommu.Iommu;
import org.bufferyard.api.iommu.IommuContext;
import org.bufferyard.api.iommu.IommuKind;
import org.bufferyard.api.iommu.IommuUnit;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.SgTable;

/** The broken plug-ins. Where they are not broken, they do what a whole one does. */
public final class BrokenPlugIns {
  private BrokenPlugIns() {}

  /** Throws in open, with a text of several lines. */
  public record ThrowsInOpen() implements AllocatorKind {
    @Override
    public Allocator open(AllocatorSpec spec, AllocatorContext context) {
      throw new IllegalStateException("cannot read\n  my.properties");
    }
  }

  /** Hands out its first pages again and again. */
  public record Overlaps(AllocatorKind whole) implements AllocatorKind {
    @Override
    public Allocator open(AllocatorSpec spec, AllocatorContext context)
        throws AdoptionDeclinedException {
      return new ForgetfulBook(whole.open(spec, context));
    }
  }

  private static final class ForgetfulBook implements Allocator {
    private final Allocator whole;
    private long first = NO_MEMORY;

    ForgetfulBook(Allocator whole) {
      this.whole = whole;
    }

    @Override
    public long allocate(AllocationRequest request) {
      if (first == NO_MEMORY) {
        first = whole.allocate(request);
      }
      return first;
    }

    @Override
    public void free(long base, long sizeBytes) {
      // It forgets that, too.
    }

    @Override
    public boolean owns(long phys) {
      return whole.owns(phys);
    }

    @Override
    public long freeBytes() {
      return whole.freeBytes();
    }

    @Override
    public void close() {
      whole.close();
    }
  }

  /** Opens to nothing. */
  public record OpensToNull() implements IovaAllocatorKind {
    @Override
    public IovaAllocator open(IovaSpec spec, IovaContext context) {
      return null;
    }
  }

  /** Lacks a class that it was built with. */
  public record LacksAClass() implements IommuKind {
    @Override
    public Iommu open(IommuUnit unit, IommuContext context) {
      throw new NoClassDefFoundError("org/example/gone/PageTable");
    }
  }

  /** Ops that throw when an importer maps. */
  public record ThrowsInMapSg(DmaBufOpsKind whole) implements DmaBufOpsKind {
    @Override
    public DmaBufOps open(ExportedMemory memory, OpsContext context) {
      return new OpsThatThrow(whole.open(memory, context));
    }
  }

  private record OpsThatThrow(DmaBufOps whole) implements DmaBufOps {
    @Override
    public OpsTraits traits() {
      return whole.traits();
    }

    @Override
    public SgResult getSgtable() {
      return whole.getSgtable();
    }

    @Override
    public SgResult mapSg(DmaBufAttachment attachment, DmaDirection direction) {
      throw new ArrayIndexOutOfBoundsException(7);
    }

    @Override
    public void unmapSg(DmaBufAttachment attachment, SgTable table, DmaDirection direction) {
      whole.unmapSg(attachment, table, direction);
    }

    @Override
    public BufferLifecycle lifecycle() {
      return whole.lifecycle();
    }

    @Override
    public CpuAccessOps cpu() {
      return whole.cpu();
    }
  }

  /** Hardware that was never written. */
  public record HasNoHardware(DeviceKind whole) implements DeviceKind {
    @Override
    public DriverFacts facts(DeviceUnit unit, KernelProfile kernel) {
      return whole.facts(unit, kernel);
    }

    @Override
    public Device open(DeviceUnit unit, DeviceContext context) {
      throw new UnsupportedOperationException("not written yet");
    }
  }
}
