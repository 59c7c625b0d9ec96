package org.bufferyard.api.dmabuf;

/**
 * Numbers and structures of the ioctls on dma-bufs, sync files, heaps and udmabuf (K1), as x86 and arm encode them.
 *
 * <p>Structures are little-endian: {@code dma_buf_sync} is a u64 of flags; a name is the text with
 * its NUL; {@code dma_buf_export_sync_file} and {@code dma_buf_import_sync_file} are u32 flags and
 * s32 fd.
 */
public final class DmaBufIoctl {
  public static final long SYNC = 0x40086200L;
  public static final long SET_NAME_A = 0x40046201L;
  public static final long SET_NAME_B = 0x40086201L;
  public static final long EXPORT_SYNC_FILE = 0xC0086202L;
  public static final long IMPORT_SYNC_FILE = 0x40086203L;

  /** On sync files: {@code sync_merge_data}, char name[32], s32 fd2, s32 fence, u32 flags, pad. */
  public static final long SYNC_MERGE = 0xC0303E03L;

  /**
   * On sync files: {@code sync_file_info}, char name[32], s32 status, u32 flags, u32 num_fences, pad,
   * u64 pointer to as many {@code sync_fence_info}: char obj_name[32], char driver_name[32], s32
   * status, u32 flags, u64 timestamp_ns. With num_fences 0 the fences are only counted.
   */
  public static final long SYNC_FILE_INFO = 0xC0383E04L;

  /** On sync files: {@code sync_set_deadline}, u64 ns and a u64 that must be 0. */
  public static final long SYNC_SET_DEADLINE = 0x40103E05L;

  /**
   * On a heap: {@code dma_heap_allocation_data}, u64 len, u32 fd, u32 fd_flags, u64 heap_flags. Any
   * size is taken, and only the lowest byte tells requests apart.
   */
  public static final long HEAP_ALLOC = 0xC0184800L;

  /** On {@code /dev/udmabuf}: u32 memfd, u32 flags, u64 offset, u64 size; answers a descriptor. */
  public static final long UDMABUF_CREATE = 0x40187542L;

  /**
   * The same of many pieces: u32 flags, u32 count, then for each u32 memfd, u32 0, u64 offset, u64
   * size.
   */
  public static final long UDMABUF_CREATE_LIST = 0x40087543L;

  /** On every file: sets and clears FD_CLOEXEC of the descriptor. */
  public static final long FIOCLEX = 0x5451L;

  public static final long FIONCLEX = 0x5450L;

  /** On every file: an s32 that sets or clears O_NONBLOCK. */
  public static final long FIONBIO = 0x5421L;

  /** On every file: an s32 that asks for SIGIO; none of these files sends it. */
  public static final long FIOASYNC = 0x5452L;

  /** On every file: answers an s32, the block size of its file system. */
  public static final long FIGETBSZ = 2L;

  /** {@code DMA_BUF_SYNC_READ}, {@code _WRITE}, {@code _END}. */
  public static final int READ = 1;

  public static final int WRITE = 2;

  public static final int END = 4;

  /** {@code DMA_BUF_NAME_LEN}: bytes of a name, its NUL included. */
  public static final int NAME_BYTES = 32;

  private DmaBufIoctl() {}
}
