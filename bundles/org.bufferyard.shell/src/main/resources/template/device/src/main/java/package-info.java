/** __TITLE__ as a device type. */
package __PACKAGE__;
