package org.bufferyard.api.contract;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.api.dmabuf.OpsContext;
import org.bufferyard.api.kernel.Errno;
import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.api.memory.PageHazards;
import org.bufferyard.api.memory.Segment;

/** The context of ops that run without a yard. */
public final class PlainOpsContext implements OpsContext, PageHazards {
  private final PlainDma dma;
  private final RecordedEvents events = new RecordedEvents();
  private final List<Segment> hazards = new ArrayList<>();
  private boolean fencesOpen;

  public PlainOpsContext(PlainDma dma) {
    this.dma = dma;
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
  public PageHazards hazards() {
    return this;
  }

  @Override
  public KernelProfile kernel() {
    return KernelProfile.DEFAULT;
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
