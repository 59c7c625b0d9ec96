package org.bufferyard.dmabuf;

/**
 * {@code struct file}: what descriptors that came of each other by dup() or fork() share. The last of
 * them closes it.
 */
final class OpenFile {
  private final UserFile file;
  private int references = 1;

  /** O_NONBLOCK of f_flags. */
  private boolean nonBlocking;

  OpenFile(UserFile file) {
    this.file = file;
  }

  UserFile file() {
    return file;
  }

  /** get_file(). */
  OpenFile get() {
    references++;
    return this;
  }

  /** fput(). */
  void put() {
    references--;
    if (references == 0) {
      file.close();
    }
  }

  boolean isNonBlocking() {
    return nonBlocking;
  }

  void setNonBlocking(boolean set) {
    nonBlocking = set;
  }
}
