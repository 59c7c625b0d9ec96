package org.bufferyard.itest.board;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.bufferyard.itest.board.npu.NpuKind;

/** A device bundle as somebody else would write it: an .ecore, a kind, and nothing of ours. */
final class NpuBundle {
  static final String NAME = "org.example.npu";
  static final String NS_URI = "http://example.org/device/npu/1.0";

  private static final String COMPONENT =
      """
      <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.5.0" name="npu">
        <implementation class="%s"/>
        <service><provide interface="org.bufferyard.api.device.DeviceKind"/></service>
        <property name="models" type="String">example,npu</property>
      </scr:component>
      """;

  private NpuBundle() {}

  static InputStream jar() throws IOException {
    return jar(true, true);
  }

  /** A model alone: nobody knows the driver of its devices. */
  static InputStream withoutKind() throws IOException {
    return jar(true, false);
  }

  /** It promises a model that it does not hold. */
  static InputStream withoutModel() throws IOException {
    return jar(false, true);
  }

  private static InputStream jar(boolean model, boolean kind) throws IOException {
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue("Bundle-ManifestVersion", "2");
    headers.putValue("Bundle-SymbolicName", NAME);
    headers.putValue("Bundle-Version", "1.2.0");
    headers.putValue("Import-Package", "org.bufferyard.api.device,org.bufferyard.api.kernel");
    if (kind) {
      headers.putValue("Service-Component", "OSGI-INF/npu.xml");
    }
    headers.putValue(
        "Provide-Capability",
        "org.bufferyard.model;org.bufferyard.model=\"" + NS_URI + "\";path=\"model/npu.ecore\"");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
      if (model) {
        put(jar, "model/npu.ecore", resource("/npu/npu.ecore"));
      }
      String code = NpuKind.class.getName().replace('.', '/') + ".class";
      put(jar, code, resource("/" + code));
      put(
          jar,
          "OSGI-INF/npu.xml",
          COMPONENT.formatted(NpuKind.class.getName()).getBytes(StandardCharsets.UTF_8));
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  /** A board with such a device in the middle. */
  static String board() throws IOException {
    return new String(resource("/npu/npu.topology"), StandardCharsets.UTF_8);
  }

  /** A board on which such a device shares its pool with a display. */
  static String sharingBoard() throws IOException {
    return new String(resource("/npu/npu-share.topology"), StandardCharsets.UTF_8);
  }

  private static void put(JarOutputStream jar, String name, byte[] content) throws IOException {
    jar.putNextEntry(new JarEntry(name));
    jar.write(content);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = NpuBundle.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
