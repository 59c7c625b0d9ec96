package org.bufferyard.dmabuf;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dmabuf.DmaBuf;
import org.bufferyard.api.dmabuf.DmaBufOps;
import org.bufferyard.api.dmabuf.DmaBufs.OpsPolicy;
import org.bufferyard.api.dmabuf.ExportedMemory;
import org.bufferyard.api.dmabuf.OpsTraits;
import org.bufferyard.api.memory.CpuMapping;

/** {@code struct dma_buf}: one exported buffer and what hangs on it. */
final class SharedBuffer implements DmaBuf {
  private final long inode;
  private final String opsName;
  private ExportedMemory memory;
  private final OpsPolicy policy;
  private final DmaBufOps ops;

  /** As they were at export. */
  private final OpsTraits traits;

  private final Reservation reservation;

  /** In order of attaching. */
  private final List<Attachment> attachments = new ArrayList<>();

  private final BufferPoll poll = new BufferPoll(this);
  private Optional<String> name = Optional.empty();
  private int references = 1;
  private int userMappings;
  private int vmapCount;
  private Optional<CpuMapping> vmapping = Optional.empty();
  private boolean released;

  SharedBuffer(
      long inode,
      String opsName,
      ExportedMemory memory,
      OpsPolicy policy,
      DmaBufOps ops,
      Reservation reservation) {
    this.inode = inode;
    this.opsName = opsName;
    this.memory = memory;
    this.policy = policy;
    this.ops = ops;
    this.traits = ops.traits();
    this.reservation = reservation;
  }

  static String idOf(long inode) {
    return "buf:" + inode;
  }

  @Override
  public long inode() {
    return inode;
  }

  @Override
  public String id() {
    return idOf(inode);
  }

  @Override
  public Optional<String> name() {
    return name;
  }

  BufferPoll poll() {
    return poll;
  }

  void setName(String text) {
    name = Optional.of(text);
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }

  @Override
  public String opsName() {
    return opsName;
  }

  @Override
  public ExportedMemory memory() {
    return memory;
  }

  /** Of the same size. */
  void moveTo(ExportedMemory other) {
    memory = other;
  }

  @Override
  public boolean isDynamic() {
    return traits.dynamic();
  }

  @Override
  public Reservation reservation() {
    return reservation;
  }

  @Override
  public int references() {
    return references;
  }

  @Override
  public int kernelMappings() {
    return vmapCount;
  }

  /** Whether the exporter set that member of its ops. */
  boolean has(OpsTraits.Member member) {
    return traits.has(member);
  }

  OpsTraits traits() {
    return traits;
  }

  DmaBufOps ops() {
    return ops;
  }

  /** Whether its attachments hold a reference (P9). */
  boolean isHeldByAttachments() {
    return policy == OpsPolicy.PROPOSAL;
  }

  List<Attachment> attachments() {
    return attachments;
  }

  void get() {
    requireLive();
    references++;
  }

  /** One reference less; whether it was the last. */
  boolean dropReference() {
    requireLive();
    return --references == 0;
  }

  void markReleased() {
    released = true;
  }

  boolean isReleased() {
    return released;
  }

  /** Use after release is a bug of the caller, not something a kernel answers. */
  void requireLive() {
    if (released) {
      throw new IllegalStateException(id() + " was released");
    }
  }

  int userMappings() {
    return userMappings;
  }

  void addUserMapping(int difference) {
    userMappings += difference;
  }

  Optional<CpuMapping> vmapping() {
    return vmapping;
  }

  void setVmapping(int count, Optional<CpuMapping> mapping) {
    vmapCount = count;
    vmapping = mapping;
  }

  @Override
  public String toString() {
    return id() + "(" + opsName + ")";
  }
}
