package org.bufferyard.api.contract;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.CpuMapping;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.PageRef;
import org.bufferyard.api.memory.Pgprot;
import org.bufferyard.api.memory.PhysMemory;
import org.bufferyard.api.memory.Segment;
import org.bufferyard.api.memory.SgTable;

/** The context of ops that run without a yard. */
public final class PlainOpsContext implements OpsContext, PageHazards {
  private final PlainDma dma;
  private final RecordedEvents events = new RecordedEvents();
  private final List<Segment> hazards = new ArrayList<>();
  private final KernelProfile kernel;
  private boolean fencesOpen;

  public PlainOpsContext(PlainDma dma) {
    this(dma, KernelProfile.DEFAULT);
  }

  public PlainOpsContext(PlainDma dma, KernelProfile kernel) {
    this.dma = dma;
    this.kernel = kernel;
  }

  /** Whether a fence is unsignaled, so that a wait ends with -ERESTARTSYS. */
  public void leaveFencesOpen(boolean open) {
    fencesOpen = open;
  }

  /** Entries whose page was asked for and is none. */
  public List<Segment> pageHazards() {
    return List.copyOf(hazards);
  }

  @Override
  public String buffer() {
    return "buf:1";
  }

  @Override
  public PlainDma dma() {
    return dma;
  }

  @Override
  public int waitForFences(boolean write) {
    return fencesOpen ? Errno.ERESTARTSYS.rc() : 0;
  }

  @Override
  public CpuMapping cpuMapping(SgTable pages, long pageOffset, long sizeBytes) {
    return new ListMapping(dma.memory(), pages, pageOffset << PageRef.SHIFT, sizeBytes);
  }

  /** Byte by byte: slow and plain. */
  private record ListMapping(PhysMemory memory, SgTable pages, long start, long size)
      implements CpuMapping {
    private long phys(long offset) {
      long skip = start + offset;
      for (Segment segment : pages.segments()) {
        Segment.PageBacked run = (Segment.PageBacked) segment;
        if (skip < run.length()) {
          return run.phys() + skip;
        }
        skip -= run.length();
      }
      throw new IndexOutOfBoundsException("byte " + offset + " of " + size);
    }

    @Override
    public Pgprot pgprot() {
      return Pgprot.CACHED;
    }

    @Override
    public void read(long offset, byte[] into, int at, int length) {
      for (int i = 0; i < length; i++) {
        memory.read(phys(offset + i), into, at + i, 1);
      }
    }

    @Override
    public void write(long offset, byte[] from, int at, int length) {
      for (int i = 0; i < length; i++) {
        memory.write(phys(offset + i), from, at + i, 1);
      }
    }
  }

  @Override
  public PageHazards hazards() {
    return this;
  }

  @Override
  public KernelProfile kernel() {
    return kernel;
  }

  @Override
  public RecordedEvents events() {
    return events;
  }

  @Override
  public void noPage(Segment.DmaOnly segment) {
    hazards.add(segment);
  }

  @Override
  public void pageWithoutLinearMapping(Segment.PageBacked segment) {
    hazards.add(segment);
  }
}
