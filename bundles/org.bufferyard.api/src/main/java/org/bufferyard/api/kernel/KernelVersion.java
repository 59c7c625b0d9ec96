package org.bufferyard.api.kernel;

/** A kernel release, major and minor only: rules never depend on stable releases. */
public record KernelVersion(int major, int minor) implements Comparable<KernelVersion> {

  public KernelVersion {
    if (major < 0 || minor < 0) {
      throw new IllegalArgumentException("kernel version " + major + "." + minor);
    }
  }

  /**
   * Reads the leading {@code major.minor} of a release string such as {@code 6.12.95+deb12-arm64}.
   *
   * @throws IllegalArgumentException when the text does not start with two numbers
   */
  public static KernelVersion parse(String release) {
    var matcher = java.util.regex.Pattern.compile("^(\\d{1,3})\\.(\\d{1,4})").matcher(release);
    if (!matcher.find()) {
      throw new IllegalArgumentException("'" + release + "' is not a kernel version");
    }
    return new KernelVersion(
        Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  @Override
  public int compareTo(KernelVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  public boolean atLeast(int major, int minor) {
    return compareTo(new KernelVersion(major, minor)) >= 0;
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
