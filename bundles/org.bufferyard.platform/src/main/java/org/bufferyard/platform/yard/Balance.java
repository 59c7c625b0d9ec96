package org.bufferyard.platform.yard;

/**
 * What is taken of a yard beyond what a fresh one takes: the leak check. All zero once every buffer
 * was given back.
 *
 * @param mappings live entries of the ledger, allocations included
 * @param buffers dma-bufs that are not released
 * @param lost dma-bufs that are released, but whose ops broke in it: what they held is not accounted
 *     for
 * @param pages 4096-byte pages taken from zones and pools
 * @param iovaFrames frames of live IOVA ranges, in each domain's granule; ranges in a flush queue are
 *     given back already
 * @param bounceSlots 2 KiB slots in use, of all bounce pools
 */
public record Balance(
    int mappings, int buffers, int lost, long pages, long iovaFrames, long bounceSlots) {
  public boolean isClean() {
    return mappings == 0
        && buffers == 0
        && lost == 0
        && pages == 0
        && iovaFrames == 0
        && bounceSlots == 0;
  }
}
